"""Tasks, which take longer than a request may, and scheduled jobs."""

from chalicelib.tasks.job_runner import list_jobs
from chalicelib.tasks.task_queue import Progress, get_task, list_tasks, parse_progress, queue_task, save_progress
