"""Tasks and jobs: work that takes longer than a request, or is done by the clock."""

from chalicelib.tasks.job_runner import list_jobs
from chalicelib.tasks.task_queue import get_task, list_tasks, queue_task, save_progress
