/** The stages of a run as a list that fills up. */

import { announce } from "./announcer.js";
import { el, refill } from "./element.js";
import { formatCost, formatNumber, t, term } from "./i18n.js";
/** @import {RunProgress} from "./run_progress.js" */

export class ProgressView {
	element = el("div", { class: "progress" });
	/** What models will be asked at least; it stands apart, to be compared with what was used. */
	expected = el("div", { class: "muted expected" });
	/** @type {Map<string, {item: HTMLElement, bar: HTMLProgressElement, count: HTMLElement}>} */
	#rows = new Map();
	#announced = "";

	/** @param {RunProgress} progress */
	constructor(progress) {
		this.progress = progress;
	}

	/** Build everything again, for instance in another language. */
	render() {
		this.#rows.clear();
		this.list = el("ol", { class: "stages", "aria-label": t("progress.title") });
		refill(this.element, this.list);
		this.update();
	}

	update() {
		for (const stage of this.progress.stages) this.#show(stage);
		refill(this.expected, [...this.progress.estimates.values()].map((estimate) => el("p", {}, expectedText(estimate))));
		this.#announceStage();
	}

	#show(stage) {
		const { item, bar, count } = this.#rows.get(stage.name) ?? this.#addRow(stage);
		item.className = `stage is-${stage.state}`;
		item.setAttribute("aria-current", stage.state === "active" ? "step" : "false");
		bar.max = stage.total || 1;
		bar.value = stage.state === "done" ? bar.max : stage.done;
		count.textContent = countText(stage);
	}

	#addRow(stage) {
		const bar = el("progress", { "aria-label": term("stage", stage.name) });
		const count = el("span", { class: "muted" });
		const item = el("li", {}, el("span", {}, term("stage", stage.name)), count, bar);
		this.list.append(item);
		const row = { item, bar, count };
		this.#rows.set(stage.name, row);
		return row;
	}

	/** Once a stage, not once an event: a screen reader would never come to rest. */
	#announceStage() {
		const { active, stages } = this.progress;
		if (!active || active.name === this.#announced) return;
		this.#announced = active.name;
		announce(t("progress.announce", { n: stages.indexOf(active) + 1, total: stages.length, stage: term("stage", active.name) }));
	}
}

/** Which stage is at work, and how far. @param {{name: string, done: number, total: number}} stage */
export const stageText = ({ name, done, total }) => `${term("stage", name)} ${formatNumber(done)}/${formatNumber(total)}`;

/** What calls of a model take at least, in words. @param {import("./run_progress.js").Estimate} estimate */
export function expectedText({ model, calls, input_tokens: tokens, cost, currency }) {
	const price = cost === null ? t("progress.cost_unknown") : t("progress.cost", { cost: formatCost(cost, currency) });
	return t("progress.expected", { model, calls: formatNumber(calls), tokens: formatNumber(tokens), price });
}

function countText({ state, done, total, unit }) {
	if (state === "skipped") return t("progress.skipped");
	if (state === "waiting") return "";
	return t("progress.count", { done: formatNumber(done), total: formatNumber(total), unit: term("unit", unit) });
}
