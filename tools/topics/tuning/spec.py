"""What a tuning of an embedding model is asked for."""

import hashlib
import json

from pydantic import BaseModel, ConfigDict, Field

NAME = r"[0-9a-z][0-9a-z.-]{0,99}"
"""Of a model's folder: a key of a bucket, and no path that leads out of it."""


class TuningSpec(BaseModel):
    """One tuning: the same spec on the same corpus, on the same kind of machine, gives the same model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str = Field(pattern=f"^{NAME}$", description="Folder of the model that it begins with.")
    epochs: int = Field(default=3, ge=1, le=50, description="How often every pair is seen.")
    batch: int = Field(default=32, ge=2, le=1024, description="Pairs that are told apart at once.")
    rank: int = Field(default=8, ge=1, le=256, description="Of the matrices that are learned.")
    rate: float = Field(default=1e-4, gt=0, le=0.1, description="Learning rate.")
    tokens: int = Field(default=256, ge=16, le=8192, description="Of a text that are read; the rest is cut.")

    def name(self, seed: int, data_sha256: str) -> str:
        """The tuned model's folder: by base, settings, seed and data, so that the same work has one place."""
        asked = json.dumps([self.model_dump(mode="json"), seed, data_sha256], sort_keys=True)
        return f"{self.base[:80]}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}"
