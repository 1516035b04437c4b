/** Guidelines for patients: a form, then how far a task is, then the guideline's words beside the version's. */

import { announce } from "./announcer.js";
import { answerReview, cancelGuideline, getGuidelineTask, getState, isUnderWay, sendGuideline } from "./api.js";
import { save } from "./download.js";
import { button, el, entry, labelled, select } from "./element.js";
import { formatNumber, t, term } from "./i18n.js";
import { Page } from "./page.js";
import { TaskBar, taskStatus } from "./task_bar.js";
import { VersionReview } from "./version_review.js";

const SECONDS = 0.7; // Between two questions of how far it is.
const MODES = ["slow", "fast", "thorough"];

export class GuidelinePage extends Page {
	#task = null;
	#values = null;
	/** @type {VersionReview} */ #review;
	#file = el("input", { id: "guideline-file", type: "file", required: true, accept: ".pdf,.docx,.html,.htm,.md,.txt" });

	/** @param {string | undefined} taskId */
	constructor(taskId) {
		super("guideline", taskId && SECONDS, taskId && "#/guidelines");
		this.taskId = taskId;
		this.#review = this.#newReview();
	}

	get title() {
		return this.#task?.title ?? super.title;
	}

	get #isUnderWay() {
		return !this.#task || isUnderWay(this.#task);
	}

	get #isHeld() {
		return this.#task?.status === "waiting_review";
	}

	get #sentences() {
		return this.#values.version.sections.flatMap(({ sentences }) => sentences);
	}

	async load(signal) {
		if (!this.taskId || !this.#isUnderWay) return;
		const isNew = !this.#task;
		const task = await getGuidelineTask(this.taskId, signal);
		if (task.error) this.fail(task.error);
		else if (!isUnderWay(task) && task.status !== "cancelled") this.#values = (await getState(this.taskId, signal)).values;
		this.#task = task;
		if (isNew || !this.#isUnderWay) this.render();
		if (!this.#isUnderWay) announce(taskStatus("guideline", task.status));
	}

	body() {
		this.bar = new TaskBar(() => this.attempt(() => cancelGuideline(this.taskId)));
		if (!this.taskId) return [this.#form()];
		const { status } = this.#task ?? {};
		return [this.bar.element, this.#values && this.#both(), this.#isHeld && this.#review.form(this.#sentences), status === "completed" && this.#export()];
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
			labelled(t("guideline.file"), this.#file), labelled(t("guideline.mode"), mode),
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
		return this.#linked(sources, this.#isHeld ? this.#review.words(id, text) : el("p", {}, text), faults.map(({ message }) => el("p", { class: "fault" }, message)));
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

	#newReview() {
		return new VersionReview((verdict) => this.attempt(async () => {
			await answerReview(this.taskId, verdict);
			this.#task = this.#values = null;
			this.#review = this.#newReview();
			this.render();
			await this.refresh();
		}));
	}

	#export() {
		return el("p", { class: "actions guideline-files" }, this.#task.output_files.map(({ file_id: fileId, name, format, language }) =>
			button({ class: "button", onclick: () => this.attempt(() => save(fileId, name)) }, `${format.toUpperCase()} (${term("language", language)})`)));
	}
}
