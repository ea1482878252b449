"""MLflow: a run in `mlflow.db` beside the run's folder, or where MLFLOW_TRACKING_URI says.

Look at all runs with: mlflow ui --backend-store-uri sqlite:///runs/mlflow.db
"""

import os
import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..callback import RunStart
from .tracker import PROJECT, State, Tracker, keep_id, kept_id

STATES = {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}


class MLflowRuns(Tracker):
    """Writes to MLflow's tracking store."""

    client: Any
    entities: Any
    run_id: str

    def open(self, run: RunStart, settings: Mapping[str, object]) -> None:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        mlflow: Any = import_module("mlflow")
        self.entities = import_module("mlflow.entities")
        database = run.folder.absolute().parent / "mlflow.db"
        uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{database}"
        self.client = mlflow.MlflowClient(tracking_uri=uri)
        known = kept_id(run.folder, "mlflow")
        if known is not None:
            self.run_id = known
            self.client.update_run(known, status="RUNNING")
            return
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", PROJECT)
        experiment = self.client.get_experiment_by_name(name)
        number = experiment.experiment_id if experiment else self.client.create_experiment(name)
        self.run_id = self.client.create_run(number, run_name=run.folder.name).info.run_id
        keep_id(run.folder, "mlflow", self.run_id)
        param = self.entities.Param
        self.client.log_batch(self.run_id, params=[param(k, str(v)) for k, v in settings.items()])

    def log(self, step: int, values: Mapping[str, float]) -> None:
        now, metric = int(1000 * time.time()), self.entities.Metric
        metrics = [metric(name, float(value), now, step) for name, value in values.items()]
        self.client.log_batch(self.run_id, metrics=metrics)  # one transaction

    def close(self, state: State, summary: Mapping[str, float]) -> None:
        self.log(int(summary.get("steps", 0)), summary)
        self.client.set_terminated(self.run_id, STATES[state])


RUNS = MLflowRuns
