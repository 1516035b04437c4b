/** Topics of a corpus: one's tasks and a form, then how far a task is, what it asks, and what it came to. */

import { announce } from "./announcer.js";
import { askTopics, isUnderWay, uploadFile } from "./api.js";
import { el, labelled, refill } from "./element.js";
import { t, term } from "./i18n.js";
import { Page } from "./page.js";
import { taskList } from "./recent_list.js";
import { TaskBar, taskStatus } from "./task_bar.js";
import { TopicsResult } from "./topics_result.js";
import { TopicsReview } from "./topics_review.js";

const SECONDS = 0.7; // Between two questions of how far it is.
const KINDS = ".csv,.tsv,.xlsx,.xls,.ods,.json,.jsonl,.parquet,.txt,.md,.pdf,.docx,.html";

export class TopicsPage extends Page {
	#task = null;
	#tasks = [];
	/** @type {TopicsReview | TopicsResult | null} */ #view = null;
	// Made once, so that what was chosen outlives a render.
	#files = el("input", { id: "topics-files", type: "file", required: true, multiple: true, accept: KINDS });
	#asks = el("input", { id: "topics-confirm", type: "checkbox", checked: true });

	/** @param {string | undefined} taskId */
	constructor(taskId) {
		super("topics", taskId && SECONDS, taskId && "#/topics");
		this.taskId = taskId;
	}

	get title() {
		return this.#task?.name || super.title;
	}

	get #isUnderWay() {
		return !this.#task || isUnderWay(this.#task);
	}

	async load(signal) {
		if (!this.taskId) this.#tasks = (await askTopics("?limit=20", "GET", undefined, signal)).tasks;
		else if (this.#isUnderWay) await this.#look(signal);
	}

	async #look(signal) {
		const task = await askTopics(`/${this.taskId}`, "GET", undefined, signal);
		const { status, review, error } = task;
		if (status === "failed") this.fail(error);
		if (status === "waiting") this.#view = new TopicsReview(review, (answer) => this.#answer(answer));
		if (status === "completed") {
			this.#view = new TopicsResult(await askTopics(`/${this.taskId}/results`, "GET", undefined, signal), signal);
			await this.#view.open();
		}
		const isNew = !this.#task;
		this.#task = task;
		if (isNew || !this.#isUnderWay) this.render();
		if (!this.#isUnderWay) announce(taskStatus("topics", status));
	}

	body() {
		this.list = el("section", { class: "recent" });
		this.bar = new TaskBar(() => this.attempt(() => askTopics(`/${this.taskId}/cancel`, "POST")));
		this.#view?.render();
		return this.taskId ? [this.bar.element, this.#view?.element] : [this.#form(), this.list];
	}

	update() {
		refill(this.list, taskList(t("topics.yours"), this.#tasks.map(({ task_id: id, name, status }) => [`#/topics/${id}`, name || id, taskStatus("topics", status)])));
		if (!this.#task) return;
		const { status, current_step: step, progress } = this.#task;
		const stage = step && term("topics_stage", step);
		this.bar.show([taskStatus("topics", status), this.#isUnderWay && stage].filter(Boolean).join(" · "),
			this.#isUnderWay && { done: progress, stage: stage ?? taskStatus("topics", status) });
	}

	#form() {
		const send = () => this.attempt(async () => {
			const chosen = [...this.#files.files];
			const datasets = [];
			for (const file of chosen) datasets.push(await uploadFile(file));
			const { task_id: taskId } = await askTopics("", "POST", { name: chosen[0].name, datasets, confirm: this.#asks.checked });
			location.hash = `#/topics/${taskId}`;
		});
		return el("form", { class: "guideline-form", onsubmit: send },
			labelled(t("topics.files"), this.#files),
			el("label", {}, this.#asks, " ", t("topics.confirm")),
			el("button", { id: "topics-send", class: "button primary" }, t("topics.send")));
	}

	async #answer(answer) {
		await this.attempt(async () => {
			await askTopics(`/${this.taskId}/answer`, "POST", answer);
			this.#task = this.#view = null;
			await this.refresh();
		});
		this.render();
	}
}
