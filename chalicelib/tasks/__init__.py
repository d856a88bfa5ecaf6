"""Tasks, which take longer than a request may, and scheduled jobs."""

from chalicelib.tasks.job_runner import list_jobs
from chalicelib.tasks.task_queue import get_task, list_tasks, queue_task, save_progress
