"""What calls cost."""

from datetime import date

import pytest
from pydantic import ValidationError

from tools.llm.catalog import CATALOG
from tools.llm.choices import ModelChoice, choose
from tools.llm.prices import Price, price_of, with_cost
from tools.llm.usage import Usage


def _price(model: str, **more: object) -> Price:
    values = {"input": 2.0, "output": 10.0, "currency": "USD", "date": date(2026, 1, 1), "source": "x"}
    return Price.model_validate({"model": model, **values, **more})


def _choice(spec: str, url: str | None = None) -> ModelChoice:
    choice = choose(spec, base_url=url)
    assert choice is not None
    return choice


_M = _choice("openai:m")


def test_tokens_are_priced_by_the_million_and_cached_ones_apart() -> None:
    usage = Usage(calls=1, input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)

    priced = with_cost(usage, _M, [_price("openai:*", cached=0.5)])

    assert (priced.cost, priced.currency) == (pytest.approx(0.6 * 2 + 0.4 * 0.5 + 0.1 * 10), "USD")


def test_cached_tokens_without_a_price_of_their_own_cost_the_full_one() -> None:
    usage = Usage(calls=1, input_tokens=1_000_000, cached_tokens=400_000)

    assert with_cost(usage, _M, [_price("openai:m")]).cost == 2.0


def test_what_goes_into_the_providers_cache_is_priced_apart() -> None:
    usage = Usage(calls=1, input_tokens=1_000_000, cached_tokens=200_000, cache_write_tokens=300_000)

    dear = with_cost(usage, _M, [_price("openai:m", cached=0.5, written=2.5)])
    plain = with_cost(usage, _M, [_price("openai:m", cached=0.5)])

    assert dear.cost == pytest.approx(0.5 * 2 + 0.2 * 0.5 + 0.3 * 2.5)
    assert plain.cost == pytest.approx(0.8 * 2 + 0.2 * 0.5)


@pytest.mark.parametrize(
    ("price", "usage", "cost"),
    [
        ({"characters": 10.0}, Usage(calls=1, characters=500), 0.005),
        ({"characters": 10.0}, Usage(calls=1), None),
        ({"second": 0.25}, Usage(calls=1, sound_seconds=2.0, input_tokens=50), 0.5),
        ({"second": 0.25}, Usage(calls=1, input_tokens=50), None),
    ],
)
def test_speech_is_priced_by_what_the_provider_counts_and_unknown_where_it_counts_nothing(
    price: dict[str, float], usage: Usage, cost: float | None
) -> None:
    priced = with_cost(usage, _M, [_price("openai:m", input=None, output=None, **price)])

    assert priced.cost == cost
    assert priced.currency == ("USD" if cost is not None else None)


@pytest.mark.parametrize("amounts", [{"input": None, "output": None}, {"output": None}])
def test_a_price_of_nothing_is_refused(amounts: dict[str, None]) -> None:
    with pytest.raises(ValidationError):
        _price("openai:m", **amounts)


def test_an_unknown_price_is_unknown_and_not_zero() -> None:
    assert (
        with_cost(Usage(calls=1, input_tokens=5), _choice("openai:other"), [_price("openai:m")]).cost is None
    )


def test_a_long_request_has_the_price_of_its_length() -> None:
    prices = [_price("openai:m", up_to=100), _price("openai:m", input=4.0)]

    assert [price_of(_M, prices, input_tokens=n).input for n in (100, 101)] == [2.0, 4.0]  # type: ignore[union-attr]


def test_the_first_entry_that_fits_is_used() -> None:
    prices = [_price("openai:m-1*", input=1.0), _price("openai:m*")]

    assert price_of(_choice("openai:m-1-mini"), prices) is prices[0]


@pytest.mark.parametrize(
    ("url", "price"),
    [
        (None, 0.069),
        ("https://w1.cn-beijing.maas.aliyuncs.com/compatible-mode/v1", 0.069),
        ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", 0.1),
        ("https://dashscope-us.aliyuncs.com/compatible-mode/v1", None),
    ],
)
def test_each_region_has_its_own_price_and_others_have_none(url: str | None, price: float | None) -> None:
    found = price_of(_choice("dashscope:qwen3-rerank", url), CATALOG.prices)

    assert (found.input if found else None) == price


def test_a_sum_with_something_of_unknown_price_is_unknown() -> None:
    known = Usage(calls=1, input_tokens=1, cost=0.5, currency="USD")

    assert (known + known).cost == 1.0
    assert (known + Usage(calls=1)).cost is None
    assert (known + Usage()).cost == 0.5
    assert (known + Usage(cache_hits=1)).cost == 0.5


def test_costs_in_different_currencies_have_no_sum() -> None:
    dollars, yuan = (Usage(calls=1, cost=1.0, currency=each) for each in ("USD", "CNY"))

    assert ((dollars + yuan).cost, (dollars + yuan).currency) == (None, None)
