"""The parts of a workbook's zip, parsed as streams of XML: no tree is built, and nothing is unpacked beyond its limit.

A library for workbooks cannot be limited: it builds the tree of a row, of the styles and of all shared
strings before they can be counted.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn
from xml.parsers import expat

from chalicelib.rent_roll.sheet import SheetLimits, UnreadableSheet

Attributes = dict[str, str]

CHUNK_BYTES = 65_536
MAX_TOKEN_BYTES = 500_000  # a tag or a comment; older versions of expat scan all of it again with each chunk

_MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_IDS = tuple(
    f"{uri}/relationships}}id"
    for uri in ("http://schemas.openxmlformats.org/officeDocument/2006", "http://purl.oclc.org/ooxml/officeDocument")
)
_XML = (".xml", ".rels", ".vml")
_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, ValueError, EOFError, OSError)


class Stop(Exception):
    """Stops the parsing of a part: what was needed has been read."""


class Walker:
    """Handles the elements of a part; names of the main namespace are without it, those of others are empty."""

    def begin(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class Relation(Walker):
    """Collects the relations of a part by id: the last segment of their type, and their targets."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.kinds: dict[str, str] = {}
        self.targets: dict[str, str] = {}

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            key = attributes["Id"]
            self.kinds[key] = attributes["Type"].rpartition("/")[2]
            self.targets[key] = posixpath.normpath(posixpath.join("/", self.folder, attributes["Target"]))[1:]

    def of_kind(self, kind: str) -> str | None:
        """Return the target of the first relation of the kind."""
        return next((self.targets[key] for key, each in self.kinds.items() if each == kind), None)


class Package:
    """A workbook's zip, checked: no macros, no password, no document types, and within the limits."""

    def __init__(self, content: bytes, limits: SheetLimits) -> None:
        self.limits = limits
        self._elements = self._depth = 0
        self._known: dict[str, str] = {}  # cache: names of elements without their namespace
        with _rejecting_broken():
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            parts = self._zip.infolist()
        self.names = {part.filename for part in parts}
        if len(parts) > limits.parts:
            reject("too_many_parts", f"expected a workbook of at most {limits.parts:,} parts; save the sheet by itself")
        largest, whole = max((part.file_size for part in parts), default=0), sum(part.file_size for part in parts)
        if largest > limits.part_bytes or whole > limits.unpacked_bytes:
            most = f"{limits.part_bytes // 1_000_000} MB in one part and {limits.unpacked_bytes // 1_000_000} MB in all"
            reject("too_large", f"expected a workbook of at most {most} when unpacked")
        if any(name.endswith("vbaProject.bin") for name in self.names):
            reject("has_macros", "the workbook has macros; save it as .xlsx without them")
        if any(part.flag_bits & 1 for part in parts):
            reject("old_or_locked_workbook", "the file has a password; take it off and save it as .xlsx")
        if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
            reject("broken_workbook", "the workbook is packed as none is; open it and save it anew as .xlsx")
        for name in self.names:
            if name.lower().endswith(_XML):
                self.walk(name, Walker(), only_prologue=True)

    def relations(self, of: str) -> Relation:
        """Return the relations of the part, or of the package if ``of`` is empty."""
        folder, name = posixpath.split(of)
        found, part = Relation(folder), posixpath.join(folder, "_rels", f"{name}.rels")
        if part in self.names:
            self.walk(part, found)
        return found

    def walk(self, part: str, walker: Walker, *, only_prologue: bool = False) -> None:
        """Pass the part's elements to ``walker``, which may raise ``Stop``.

        Raises:
            UnreadableSheet: the part is missing, is not XML, has a document type, or exceeds the limits.
        """
        parser = self._parser(walker, only_prologue=only_prologue)
        try:
            with _rejecting_broken(), self._zip.open(part) as stream:
                fed = 0
                while chunk := stream.read(CHUNK_BYTES):
                    parser.Parse(chunk, False)
                    fed += len(chunk)
                    if fed - parser.CurrentByteIndex > MAX_TOKEN_BYTES:
                        reject("too_large", "the workbook has a tag or comment of more than 500 kB; save it anew")
                parser.Parse(b"", True)
        except Stop:
            pass

    def _parser(self, walker: Walker, *, only_prologue: bool) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = _refuse_document_type
        parser.StartElementHandler = _stop if only_prologue else self._counting(walker.begin)
        if not only_prologue:
            parser.EndElementHandler = self._leaving(walker.end)
            parser.CharacterDataHandler = walker.text
        return parser

    def _counting(self, begin: Callable[[str, Attributes], None]) -> Callable[[str, Attributes], None]:
        limits, known = self.limits, self._known
        self._depth = 0

        def counted(name: str, attributes: Attributes) -> None:
            self._elements += 1
            self._depth += 1
            if self._elements > limits.elements:
                reject("too_large", f"expected at most {limits.elements:,} elements in a workbook; split the sheet")
            if self._depth > limits.depth:
                reject("too_deep", f"expected at most {limits.depth} levels of elements in a workbook; save it anew")
            begin(known.get(name) or self._local(name), attributes)

        return counted

    def _leaving(self, end: Callable[[str], None]) -> Callable[[str], None]:
        known = self._known

        def left(name: str) -> None:
            self._depth -= 1
            end(known.get(name) or self._local(name))

        return left

    def _local(self, name: str) -> str:
        """Return the name without its namespace; "" in a foreign namespace, which no walker handles."""
        uri, _, local = name.rpartition("}")
        plain_name = local if uri in _MAIN or uri == _RELATIONS else ""
        if len(self._known) < 1_000:
            self._known[name] = plain_name
        return plain_name


def relation_id(attributes: Attributes) -> str:
    """Return the id of the relation that an element names.

    Raises:
        KeyError: it names none.
    """
    return next((attributes[name] for name in _IDS if name in attributes), "") or attributes["id"]


def reject(code: str, message: str) -> NoReturn:
    raise UnreadableSheet(code, message)


@contextmanager
def _rejecting_broken() -> Iterator[None]:
    try:
        yield
    except UnreadableSheet:
        raise
    except (*_BROKEN, NotImplementedError, IndexError, TypeError, AttributeError) as error:
        raise UnreadableSheet("broken_workbook", "the workbook is broken; open it and save it anew as .xlsx") from error


def _refuse_document_type(*_declared: object) -> None:
    reject("has_document_type", "the workbook declares a document type, as no spreadsheet program does; save it anew")


def _stop(*_begun: object) -> None:
    raise Stop
