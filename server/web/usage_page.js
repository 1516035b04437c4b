/** What the calls of models consumed, by day and model. */

import { el, entry, refill, select } from "./element.js";
import { formatCost, formatNumber, t } from "./i18n.js";
import { ListTable } from "./list_table.js";
import { Page } from "./page.js";
import { getUsage } from "./workspace_api.js";

const PERIODS = [7, 30, 90, 365]; // days
const DAY_MS = 86_400_000;

export class UsagePage extends Page {
	#days = 30;
	#rows = [];

	constructor() {
		super("usage");
	}

	async load(signal) {
		const since = new Date(Date.now() - this.#days * DAY_MS).toISOString().slice(0, 10);
		this.#rows = (await getUsage(since, signal)).days.reverse();
	}

	body() {
		const choose = (event) => {
			this.#days = Number(event.target.value);
			this.refresh();
		};
		this.total = el("dl", { class: "numbers" });
		this.table = new ListTable(this.title, ["day", "model", "calls", "tokens_in", "tokens_out", "cost", ""]);
		return [
			el("div", { class: "panel-tools" }, el("label", { class: "choice" }, t("usage.period"), select({ id: "period", onchange: choose },
				PERIODS.map((days) => [days, t("usage.days", { n: days })]), this.#days))),
			this.total, this.table.element,
		];
	}

	update() {
		const sum = (name) => this.#rows.reduce((all, row) => all + row[name], 0);
		const most = Math.max(1, ...this.#rows.map(tokensOf));
		const number = (name, value) => entry(t(`col.${name}`), value);
		refill(this.total, number("calls", formatNumber(sum("calls"))), number("tokens_in", formatNumber(sum("input_tokens"))),
			number("tokens_out", formatNumber(sum("output_tokens"))), number("cost", this.#cost()), number("kept_answers", formatNumber(sum("cache_hits"))));
		this.table.show(this.#rows, ({ day, model }) => `${day} ${model}`, (row) => [
			row.day, row.model, formatNumber(row.calls), formatNumber(row.input_tokens), formatNumber(row.output_tokens),
			row.cost == null ? t("progress.cost_unknown") : formatCost(row.cost, row.currency),
			el("meter", { max: most, value: tokensOf(row), "aria-label": t("usage.share") }),
		], t("usage.empty"));
	}

	/** In each currency by itself; a price that nobody knows makes the sum unknown. */
	#cost() {
		if (this.#rows.some(({ cost }) => cost == null)) return t("progress.cost_unknown");
		const sums = new Map();
		for (const { cost, currency } of this.#rows) sums.set(currency, (sums.get(currency) ?? 0) + cost);
		return [...sums].map(([currency, cost]) => formatCost(cost, currency)).join(" + ") || "–";
	}
}

const tokensOf = ({ input_tokens: input, output_tokens: output }) => input + output;
