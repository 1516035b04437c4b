/** Whether every part of the service is well, how much there is to do, and which models play which role. */

import { el, entry, refill, section } from "./element.js";
import { formatDuration, formatNumber, formatSize, t, term } from "./i18n.js";
import { ListTable } from "./list_table.js";
import { Page } from "./page.js";
import { getHealth, getStats, listModels } from "./workspace_api.js";

const WELL = "healthy";

export class HealthPage extends Page {
	#health = null;
	#stats = null;
	#models = [];

	constructor() {
		super("health", 5);
	}

	async load(signal) {
		[this.#health, this.#stats, this.#models] = await Promise.all([getHealth(signal), getStats(signal), listModels(signal)]);
	}

	head() {
		this.whole = el("p", { class: "run-meta" });
		return this.whole;
	}

	body() {
		this.parts = el("ul", { class: "parts" });
		this.numbers = el("dl", { class: "numbers" });
		this.models = new ListTable(t("health.models"), ["role", "model"]);
		return [this.parts, this.numbers, section(t("health.models"), el("p", { class: "muted" }, t("health.models_hint")), this.models.element)];
	}

	update() {
		if (!this.#health) return;
		const { status, services, uptime, version } = this.#health;
		refill(this.whole, mark(status, status === WELL), el("span", {}, t("health.uptime", { time: formatDuration(uptime * 1000) })), el("span", {}, version));
		refill(this.parts, Object.entries(services).map(([part, told]) => el("li", { class: "sheet" },
			el("strong", {}, term("part", part)), mark(told, told === WELL), told !== WELL && el("small", {}, term("repair", part, t("health.repair"))))));
		const { runs, queue, workers, process } = this.#stats;
		const number = (name, value) => entry(t(`health.${name}`), value);
		refill(this.numbers, number("running", formatNumber(runs.running)), number("pending", formatNumber(runs.pending)),
			number("done", formatNumber(runs.success)), number("failures", formatNumber(runs.error + runs.timeout)),
			number("oldest", formatDuration(queue.oldest_pending_seconds * 1000)), number("workers", `${formatNumber(workers.count)} × ${formatNumber(workers.slots / Math.max(1, workers.count))}`),
			number("memory", formatSize(process.rss_bytes)));
		this.models.show(this.#models, ({ role }) => role, ({ role, name }) => [term("model_role", role), name === "offline" ? t("health.offline") : name], "");
	}
}

const mark = (told, isWell) => el("span", { class: `status status-${isWell ? "success" : told === "offline" ? "pending" : "error"}` }, term("health", told));
