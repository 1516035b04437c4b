"""An embedding model is adapted to a corpus by low-rank matrices (LoRA, Hu et al. 2022); an extra.

Halves of one document are drawn together, halves of the others in a batch apart (InfoNCE, van den Oord et al.
2018). What is held out says whether it helped: a loss that does not fall there is an error, for such a model
knows the corpus no better than the one that it began with.
"""

# torch and peft are not there for a strict check.
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from tools.errors import ErrorCategory, InvalidInput, ServiceError
from tools.topics.tuning.encoder import Encoder, Tell, tuning_missing
from tools.topics.tuning.pairs import Pair, Pairs
from tools.topics.tuning.spec import TuningSpec

_ALPHA = 2.0  # of a rank: how strongly what is learned counts
_DROPOUT = 0.1
_CLIP = 1.0
_WARM_UP = 0.1  # of all steps, over which the rate rises; then it falls to 0
_TEMPERATURE = 0.07  # of the softmax over cosines
_TARGETS = frozenset(
    {"q_proj", "v_proj", "query", "value", "q_lin", "v_lin"}
)  # names of attention's matrices


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """How well a model finds the other half of a document among those that are held out."""

    loss: float  #: InfoNCE, in nats; of a model that knows nothing the logarithm of how many there are.
    accuracy: float  #: Share of first halves whose nearest second half is their own.
    reciprocal_rank: float  #: Mean of one by the place of the own half.


def tune(encoder: Encoder, pairs: Pairs, spec: TuningSpec, seed: int, tell: Tell) -> dict[str, Any]:
    """Adapt the encoder's model to the pairs; it is wrapped by peft afterwards.

    Returns:
        Measures on the pairs held out ``before`` and ``after``, and the ``loss`` of each epoch.

    Raises:
        ServiceError: "loss_did_not_fall".
        InvalidInput: "unsupported_base": there is nothing to adapt, or the memory does not do.
    """
    torch = encoder.torch
    _make_repeatable(torch, seed)
    before = measure(encoder, pairs.held_out)
    encoder.model = _adapted(encoder.model, spec)
    try:
        losses = _fit(encoder, pairs.seen, spec, seed, tell)
    except torch.OutOfMemoryError:
        raise ServiceError(
            f"{spec.batch} pairs of {spec.tokens} tokens do not fit into the memory of the GPU",
            hint="Lower tuning.batch or tuning.tokens, or take a larger PAI_DLC_TUNING_ECS_SPEC.",
            code="tuning_out_of_memory",
            category=ErrorCategory.TOO_LARGE,
        ) from None
    after = measure(encoder, pairs.held_out)
    if not after.loss < before.loss:
        raise ServiceError(
            f"the loss of {spec.base} did not fall on {len(pairs.held_out)} pairs held out: "
            f"{before.loss:.4f} before, {after.loss:.4f} after",
            hint="Send more texts, lower tuning.rate, or leave out `tuning`.",
            code="loss_did_not_fall",
            category=ErrorCategory.INVALID_INPUT,
        )
    return {
        "before": _rounded(before),
        "after": _rounded(after),
        "loss": [round(loss, 6) for loss in losses],
    }


def measure(encoder: Encoder, pairs: Sequence[Pair]) -> HeldOut:
    """Look for the second half of each pair by its first."""
    first = encoder.encode([one for one, _ in pairs]).astype(np.float64)
    second = encoder.encode([other for _, other in pairs]).astype(np.float64)
    near = first @ second.T / _TEMPERATURE
    own = np.diag(near)
    above = near.max(axis=1)
    losses = above + np.log(np.exp(near - above[:, None]).sum(axis=1)) - own
    ranks = 1 + (near > own[:, None]).sum(axis=1)
    return HeldOut(
        loss=float(losses.mean()),
        accuracy=float((ranks == 1).mean()),
        reciprocal_rank=float((1 / ranks).mean()),
    )


def _rounded(held_out: HeldOut) -> dict[str, float]:
    return {name: round(value, 6) for name, value in asdict(held_out).items()}


def _make_repeatable(torch: Any, seed: int) -> None:
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what CUDA wants for it
    torch.manual_seed(seed)
    # A GPU has no repeatable form of some steps; those are told by torch, and done.
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())


def _adapted(model: Any, spec: TuningSpec) -> Any:
    try:
        import peft  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise tuning_missing(error) from None
    names = {name.rpartition(".")[2] for name, _ in model.named_modules()} & _TARGETS
    if not names:
        raise InvalidInput(
            f"{spec.base} has none of the matrices that are adapted: {', '.join(sorted(_TARGETS))}",
            hint="Begin with a model such as Qwen3-Embedding, BGE or E5.",
            code="unsupported_base",
        )
    config = peft.LoraConfig(
        r=spec.rank,
        lora_alpha=_ALPHA * spec.rank,
        lora_dropout=_DROPOUT,
        target_modules=sorted(names),
        task_type="FEATURE_EXTRACTION",
    )
    return peft.get_peft_model(model, config)


def _fit(encoder: Encoder, pairs: Sequence[Pair], spec: TuningSpec, seed: int, tell: Tell) -> list[float]:
    """Train; the mean loss of each epoch, in nats a pair."""
    torch = encoder.torch
    learned = [one for one in encoder.model.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=spec.rate)
    each = max(1, len(pairs) // spec.batch)  # a smaller rest would have fewer to be told apart from
    steps = each * spec.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, partial(_share_of_rate, steps))
    chance = np.random.default_rng(seed)
    losses: list[float] = []
    for epoch in range(spec.epochs):
        encoder.model.train()
        order = chance.permutation(len(pairs))
        total = 0.0
        for step in range(each):
            chosen = [pairs[int(place)] for place in order[step * spec.batch : (step + 1) * spec.batch]]
            loss = _contrast(encoder, chosen)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned, _CLIP)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
            tell(epoch * each + step + 1, steps)
        losses.append(total / each)
    return losses


def _share_of_rate(steps: int, step: int) -> float:
    rising = max(1.0, _WARM_UP * steps)
    if step < rising:
        return (step + 1) / (rising + 1)
    return max(0.0, (steps - step) / max(1.0, steps - rising))


def _contrast(encoder: Encoder, pairs: Sequence[Pair]) -> Any:
    """InfoNCE both ways: first halves look for second ones, and second ones for first ones."""
    torch = encoder.torch
    first = encoder.vectors([one for one, _ in pairs])
    second = encoder.vectors([other for _, other in pairs])
    near = first @ second.T / _TEMPERATURE
    own = torch.arange(len(pairs), device=near.device)
    loss = torch.nn.functional.cross_entropy
    return (loss(near, own) + loss(near.T, own)) / 2
