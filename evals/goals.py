"""Figures that an eval has to reach."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Goals:
    """Collects the goals that were missed."""

    missed: list[str] = field(default_factory=list[str])

    def at_least(self, what: str, figure: float, wanted: float) -> None:
        """Miss the goal when the figure is smaller."""
        if figure < wanted:
            self.missed.append(f"{what} {figure:.4g} < {wanted:g}")

    def at_most(self, what: str, figure: float, wanted: float) -> None:
        """Miss the goal when the figure is greater."""
        if figure > wanted:
            self.missed.append(f"{what} {figure:.4g} > {wanted:g}")

    @property
    def verdict(self) -> str:
        """The last line of an eval."""
        return f"MISSED: {'; '.join(self.missed)}" if self.missed else "all goals reached"
