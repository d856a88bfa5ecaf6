"""Replies to SMS commands, and USSD screens."""

# name: (English, Swahili)
REPLIES = {
    "named": ("{organisation}: {text}", "{organisation}: {text}"),
    "owed": ("{place}: {owed} owed, due {due}.", "{place}: unadaiwa {owed}, lipa kufikia {due}."),
    "late": ("{place}: {owed} owed, was due {first}.", "{place}: unadaiwa {owed}, zilipaswa kulipwa {first}."),
    "part_late": (
        "{place}: {owed} owed, {late} of it late, the rest due {due}.",
        "{place}: unadaiwa {owed}; {late} zimepita muda, zilizobaki lipa kufikia {due}.",
    ),
    "paid": ("{place}: nothing owed.", "{place}: hudaiwi chochote."),
    "next": ("{text} Next due {due}.", "{text} Malipo yajayo {due}."),
    "credit": ("{text} Credit {credit}.", "{text} Ziada yako {credit}."),
    "more": ("{text} And {count} more.", "{text} Na {count} zaidi."),
    "no_balance": ("You rent nothing here now, and owe nothing.", "Hupangi hapa kwa sasa, na hudaiwi chochote."),
    "receipt": (
        "Last receipt: no. {number}, {amount}, {day}, {place}.",
        "Risiti ya mwisho: na. {number}, {amount}, {day}, {place}.",
    ),
    "no_receipt": ("There is no receipt yet.", "Bado hakuna risiti."),
    "fault": (
        "Request no. {number} for {place} is logged. Your landlord sees it.",
        "Ombi na. {number} la {place} limepokelewa. Mwenye nyumba ataliona.",
    ),
    "no_fault": (
        "Send {word} and what is broken, such as: {word} the kitchen tap leaks",
        "Tuma {word} na kilichoharibika, mfano: {word} bomba la jikoni linavuja",
    ),
    "no_lease": (
        "You rent nothing here now, so nothing was logged. Please call your landlord.",
        "Hupangi hapa kwa sasa, kwa hivyo ombi halikupokelewa. Tafadhali mpigie mwenye nyumba.",
    ),
    "stop": (
        "You will get no more messages here, except answers and legal notices. To get them again send {word}.",
        "Hutapokea ujumbe tena hapa, isipokuwa majibu na ilani za kisheria. Ili kuupokea tena tuma {word}.",
    ),
    "start": (
        "You will get messages again. To get no more send {word}.",
        "Utapokea ujumbe tena. Ili kuusitisha tuma {word}.",
    ),
    "fault_which": (
        "Which place? Answer with its number.\n{places}",
        "Ni mahali gani? Jibu na namba yake.\n{places}",
    ),
    "faults_enough": (
        "You have reported {count} faults today, so this one is not logged. Please call your landlord.",
        "Umeripoti matatizo {count} leo, kwa hivyo hili halikupokelewa. Tafadhali mpigie mwenye nyumba.",
    ),
    "faults_open": (
        "{count} requests of yours there are still open, so this one is not logged. Please call your landlord.",
        "Maombi yako {count} ya hapo bado hayajashughulikiwa, kwa hivyo hili halikupokelewa. Mpigie mwenye nyumba.",
    ),
    "offer": (
        ("Whose tenant are you? Reply number and unit, like {first} A12.\n{places}\nNot yours? NOT ME {first}{more}"),
        "Wewe ni mpangaji wa nani? Jibu namba na nyumba, mfano {first} A12.\n{places}\nSi wewe? SI MIMI {first}{more}",
    ),
    "more_places": ("\nMore: PLACES {page}", "\nZaidi: MAHALI {page}"),
    "deny_which": (
        "Which is not yours? Answer like NOT ME {first}.\n{places}{more}",
        "Ni ipi si yako? Jibu mfano SI MIMI {first}.\n{places}{more}",
    ),
    "deny_confirmed": (
        "Nobody unconfirmed has your number now. Not yours? Answer like NOT ME {first}.\n{places}{more}",
        "Hakuna asiyethibitishwa mwenye namba yako sasa. Si yako? Jibu mfano SI MIMI {first}.\n{places}{more}",
    ),
    "name_unit": (
        "Answer with the number and the name of your unit, like {number} A12.",
        "Jibu na namba na jina la nyumba yako, mfano {number} A12.",
    ),
    "wrong_unit": (
        "That is not the unit that your landlord has for you there. You may try {left} more times today.",
        "Hiyo si nyumba ambayo mwenye nyumba ameandika hapo. Unaweza kujaribu tena mara {left} leo.",
    ),
    "closed": (
        "Too many wrong answers: your questions are not answered for a day. Please ask your landlord.",
        "Majibu mengi si sahihi: maswali yako hayatajibiwa kwa siku moja. Tafadhali uliza mwenye nyumba.",
    ),
    "confirmed": (
        "Thank you, {place} is confirmed. Send: {commands}.",
        "Asante, {place} imethibitishwa. Tuma: {commands}.",
    ),
    "denied": (
        "Thank you. You will get no more messages about {place}.",
        "Asante. Hutapokea tena ujumbe kuhusu {place}.",
    ),
    "no_places": (
        "There is no place for you to confirm. Please ask your landlord.",
        "Hakuna mahali pa kuthibitisha. Tafadhali uliza mwenye nyumba.",
    ),
    "help": ("Send: {commands}.", "Tuma: {commands}."),
    "unknown": ("We did not understand. Send: {commands}.", "Hatukuelewa. Tuma: {commands}."),
    # USSD
    "menu": (
        "Choose:\n1 Balance\n2 Last receipt\n3 Report a fault\n4 Stop/start messages\n0 Help/Lugha",
        "Chagua:\n1 Salio\n2 Risiti ya mwisho\n3 Ripoti tatizo\n4 Acha/anza ujumbe\n0 Msaada/Language",
    ),
    "menu_more": (
        "Choose:\n1 Balance\n2 Last receipt\n3 Report a fault\n4 Stop/start messages\n5 Another landlord\n0 Help/Lugha",
        (
            "Chagua:\n1 Salio\n2 Risiti ya mwisho\n3 Ripoti tatizo\n4 Acha/anza ujumbe\n5 Mwenye nyumba mwingine"
            "\n0 Msaada/Language"
        ),
    ),
    "is_confirmed": ("Confirmed.\n{text}", "Imethibitishwa.\n{text}"),
    "places": ("Whose tenant are you?", "Wewe ni mpangaji wa nani?"),
    "stop_all": ("0 Stop all messages", "0 Acha ujumbe wote"),
    "place": ("{place}\n1 I rent there\n2 Not me\n0 Back", "{place}\n1 Ninapanga hapo\n2 Si mimi\n0 Rudi"),
    "unit": ("{place}: write the name of your unit, like A12.", "{place}: andika jina la nyumba yako, mfano A12."),
    "not_that_unit": (
        "Not the unit there. {left} tries left.\n{text}",
        "Si nyumba ya hapo. Majaribio {left} yamebaki.\n{text}",
    ),
    "which": ("Which one?", "Ipi?"),
    "page": ("9 More", "9 Zaidi"),
    "back": ("0 Back", "0 Rudi"),
    "describe": ("{place}: what is broken? Write it in a few words.", "{place}: nini kimeharibika? Andika kwa ufupi."),
    "messages": (
        "Messages from your landlord:\n1 Stop\n2 Start\n0 Back",
        "Ujumbe kutoka kwa mwenye nyumba:\n1 Acha\n2 Anza\n0 Rudi",
    ),
    "language": (
        "Or send an SMS: {words}.\n1 English\n2 Kiswahili\n0 Back",
        "Au tuma SMS: {words}.\n1 English\n2 Kiswahili\n0 Rudi",
    ),
    "chosen": ("From now on we write to you in English.", "Kuanzia sasa tutakuandikia kwa Kiswahili."),
    "wrong": ("Not a choice.\n{text}", "Hakuna chaguo hilo.\n{text}"),
    "said_nothing": ("Nothing was written.\n{text}", "Hujaandika chochote.\n{text}"),
}
# For recipients whose language is unknown.
UNKNOWN_NUMBER = "We cannot help this number here. Please ask your landlord. Samahani, uliza mwenye nyumba."
TRY_LATER = "Sorry, please try again in a minute. Samahani, jaribu tena baada ya dakika moja."


def translate(name: str, language: str, **values: object) -> str:
    """Return the text ``name`` in English or, for "sw", in Swahili."""
    return REPLIES[name][language == "sw"].format(**values)
