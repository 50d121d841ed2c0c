"""Every Monday at six, one task per client: its four reports. For Airflow 3.

Copy into the folder of DAGs, and set the variable KIT_FOLDER in the scheduler's and the workers'
environment to where the kit is. A client that is new in data/ gets a task by itself. A report that
is withheld or fails turns its client's task red and stops no other client.
"""

import os
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

FOLDER = Path(os.environ.get("KIT_FOLDER", "/srv/creator-program-kit"))


def clients() -> list[str]:
    """The clients with a client.toml, the demo apart."""
    found = sorted(path.parent.name for path in (FOLDER / "data").glob("*/client.toml"))
    return [name for name in found if name != "sample"]


with DAG(
    dag_id="creator_program_reports",
    schedule="0 6 * * 1",
    start_date=pendulum.datetime(2026, 1, 5, tz="America/Los_Angeles"),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=2,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=15)},
) as dag:
    for client in clients():
        BashOperator(
            task_id=client,
            bash_command=(
                f"cd '{FOLDER}' && .venv/bin/kit run --all --client '{client}' "
                "--as-of last-settled-sunday"
            ),
        )
