"""The Airflow DAG of templates/schedules, imported by a real Airflow in an environment of its own.

Run `python -m tests.benchmarks.bench_schedules` from the repository root. Airflow is too large, and
pins too much, to stand among the kit's own dependencies; where no package index answers, that is
said and nothing is checked.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DAG = ROOT / "templates" / "schedules" / "airflow_dag.py"
AIRFLOW = "apache-airflow>=3,<4"
READ = """
import runpy, sys
dag = runpy.run_path(sys.argv[1])["dag"]
dag.validate()
print(dag.dag_id, dag.schedule, dag.timezone)
print(*(f"{task.task_id}: {task.bash_command}" for task in dag.tasks), sep="\\n")
"""


def main() -> None:
    """Print the tasks that Airflow finds for two clients; fails where it finds others."""
    with tempfile.TemporaryDirectory() as place:
        python = Path(place) / "env" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
        uv = Path(sys.executable).with_name("uv")
        install = [uv, "pip", "install", "--quiet", "--python", python]
        if not uv.exists():
            install = [python, "-m", "pip", "install", "--quiet"]
        if subprocess.run([*install, AIRFLOW]).returncode:
            print(f"Left out: no package index here has {AIRFLOW}.")
            return
        for name in ("acme", "bravo", "sample"):
            (Path(place) / "kit" / "data" / name).mkdir(parents=True)
            (Path(place) / "kit" / "data" / name / "client.toml").touch()
        told = subprocess.run(
            [python, "-c", READ, DAG],
            env={**os.environ, "KIT_FOLDER": f"{place}/kit", "AIRFLOW_HOME": f"{place}/airflow"},
            capture_output=True,
            text=True,
        )
        print(told.stdout, end="")
        assert told.returncode == 0, told.stderr
        tasks = [line.split(":")[0] for line in told.stdout.splitlines()[-2:]]
        assert tasks == ["acme", "bravo"]
        assert "creator_program_reports" in told.stdout


if __name__ == "__main__":
    main()
