/** Guidelines for patients: a form, then how far a task is, then the guideline's words beside the version's. */

import { announce } from "./announcer.js";
import { answerReview, cancelGuideline, getGuidelineTask, getState, sendGuideline } from "./api.js";
import { save } from "./download.js";
import { button, el, entry, select } from "./element.js";
import { formatNumber, t, term } from "./i18n.js";
import { Page } from "./page.js";
import { TaskBar, taskStatus } from "./task_bar.js";

const SECONDS = 0.7; // Between two questions of how far it is.
const UNDER_WAY = ["pending", "running"];
const MODES = ["slow", "fast", "thorough"];

export class GuidelinePage extends Page {
	#task = null;
	#values = null;
	/** @type {Record<string, string>} New texts by sentence. */ #edits = {};
	// Made once, so that what was put in outlives a render.
	#file = el("input", { id: "guideline-file", type: "file", required: true, accept: ".pdf,.docx,.html,.htm,.md,.txt" });
	#reviewer = el("input", { id: "reviewer", required: true, maxlength: "200" });
	#notes = el("textarea", { id: "review-notes", rows: "2", maxlength: "5000" });

	/** @param {string | undefined} taskId */
	constructor(taskId) {
		super("guideline", taskId && SECONDS, taskId && "#/guidelines");
		this.taskId = taskId;
	}

	get title() {
		return this.#task?.title ?? super.title;
	}

	get #isUnderWay() {
		return !this.#task || UNDER_WAY.includes(this.#task.status);
	}

	async load(signal) {
		if (!this.taskId || !this.#isUnderWay) return;
		const isNew = !this.#task;
		const task = await getGuidelineTask(this.taskId, signal);
		if (task.error) this.fail(task.error);
		else if (!UNDER_WAY.includes(task.status) && task.status !== "cancelled") this.#values = (await getState(this.taskId, signal)).values;
		this.#task = task;
		if (isNew || !this.#isUnderWay) this.render();
		if (!this.#isUnderWay) announce(taskStatus("guideline", task.status));
	}

	body() {
		this.bar = new TaskBar(() => this.attempt(() => cancelGuideline(this.taskId)));
		if (!this.taskId) return [this.#form()];
		const { status } = this.#task ?? {};
		return [this.bar.element, this.#values && this.#both(), status === "waiting_review" && this.#review(), status === "completed" && this.#export()];
	}

	update() {
		if (!this.#task) return;
		const { status, release, progress_percentage: done, current_node: node, quality_score: score } = this.#task;
		const stage = this.#isUnderWay && (node ? term("guideline_stage", node) : taskStatus("guideline", status));
		const told = [taskStatus("guideline", status), node && stage, release && t(`guideline.release_${release}`),
			score != null && t("guideline.score", { share: formatNumber(Math.round(100 * score)) })];
		this.bar.show(told.filter(Boolean).join(" · "), stage && { done, stage });
	}

	#form() {
		const mode = select({ id: "guideline-mode" }, MODES.map((name) => [name, t(`guideline.mode_${name}`)]));
		const send = () => this.attempt(async () => {
			const { task_id: taskId } = await sendGuideline(this.#file.files[0], { processing_mode: mode.value });
			location.hash = `#/guidelines/${taskId}`;
		});
		return el("form", { class: "guideline-form", onsubmit: send },
			el("label", { for: "guideline-file" }, t("guideline.file")), this.#file,
			el("label", { for: "guideline-mode" }, t("guideline.mode")), mode,
			el("button", { id: "guideline-send", class: "button primary" }, t("guideline.send")));
	}

	/** The guideline's passages on the left, the version on the right: one shows where the other comes from. */
	#both() {
		const { records, version } = this.#values;
		const passages = records.recommendations
			.flatMap((one) => [{ id: one.id, text: one.quote, page: one.page }, ...one.contraindications, ...one.red_flags])
			.concat(records.passages);
		const sources = passages.map(({ id, text, page }) => this.#linked([id], el("q", {}, text), " ", el("small", {}, t("guideline.page", { page }))));
		const sentences = version.sections.flatMap((section) => [el("h3", {}, section.heading), section.sentences.map((one) => this.#sentence(one))].flat());
		const part = (name, content) => el("section", { "aria-label": t(`guideline.${name}`) }, el("h2", {}, t(`guideline.${name}`)), content);
		return el("div", { class: "guideline-both" }, part("source", sources), part("version", sentences), this.#gates());
	}

	#sentence({ id, text, sources }) {
		const faults = this.#values.findings.filter(({ sentence }) => sentence === id);
		return this.#linked(sources, this.#words(id, text), faults.map(({ message }) => el("p", { class: "fault" }, message)));
	}

	#words(id, text) {
		if (this.#task.status !== "waiting_review") return el("p", {}, text);
		const area = el("textarea", { rows: "2", "aria-label": text, oninput: () => { this.#edits[id] = area.value; } });
		area.value = this.#edits[id] ?? text;
		return area;
	}

	/** How many objections each gate has, and those that no sentence bears. */
	#gates() {
		const { quality, findings } = this.#values;
		return el("section", { class: "gates" }, el("h2", {}, t("guideline.gates")),
			el("dl", { class: "numbers" }, Object.entries(quality.gates).map(([gate, count]) =>
				entry(term("gate", gate), count ? el("span", { class: "fault" }, formatNumber(count)) : "✓"))),
			el("ul", {}, findings.filter(({ sentence }) => !sentence).map(({ message }) => el("li", { class: "fault" }, message))));
	}

	#linked(ids, ...children) {
		const show = (event) => this.#show(ids, event.currentTarget);
		return el("div", { class: "linked", role: "group", tabindex: "0", "data-sources": ids.join(" "), onclick: show, onfocusin: show }, ...children);
	}

	#show(ids, chosen) {
		for (const node of this.element.querySelectorAll(".linked")) {
			const isShown = node === chosen || node.dataset.sources.split(" ").some((id) => id && ids.includes(id));
			node.classList.toggle("is-shown", isShown);
			if (isShown && node.parentNode !== chosen.parentNode) node.scrollIntoView({ block: "nearest" });
		}
	}

	#review() {
		const reject = () => { if (this.#reviewer.reportValidity()) this.#decide("reject"); };
		return el("form", { class: "guideline-form", onsubmit: () => this.#decide("approve") },
			el("label", { for: "reviewer" }, t("guideline.reviewer")), this.#reviewer,
			el("label", { for: "review-notes" }, t("guideline.notes")), this.#notes,
			el("div", { class: "panel-tools" }, el("button", { id: "approve", class: "button" }, t("guideline.approve")),
				button({ id: "reject", class: "button", onclick: reject }, t("guideline.reject"))));
	}

	#decide(decision) {
		const known = new Map(this.#values.version.sections.flatMap((section) => section.sentences.map((one) => [one.id, one.text])));
		const edits = Object.fromEntries(Object.entries(this.#edits).filter(([id, text]) => text.trim() && text !== known.get(id)));
		this.attempt(async () => {
			await answerReview(this.taskId, { decision, reviewer: this.#reviewer.value, notes: this.#notes.value, edits });
			this.#task = this.#values = null;
			this.#edits = {};
			this.render();
			await this.refresh();
		});
	}

	#export() {
		return el("p", { class: "actions guideline-files" }, this.#task.output_files.map(({ file_id: fileId, name, format, language }) =>
			button({ class: "button", onclick: () => this.attempt(() => save(fileId, name)) }, `${format.toUpperCase()} (${term("language", language)})`)));
	}
}
