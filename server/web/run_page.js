/** A page of one run: followed to its end, across lost connections, and stopped where that is wanted. */

import { getState, isUnderWay } from "./api.js";
import { button, el } from "./element.js";
import { failureOf } from "./failure_panel.js";
import { t, term } from "./i18n.js";
import { Page } from "./page.js";
import { ProgressView } from "./progress_view.js";
import { noteStatus, recentRun } from "./recent_runs.js";
import { followRun } from "./run_feed.js";
import { RunProgress } from "./run_progress.js";
import { cancelRun } from "./workspace_api.js";
/** @import {Run} from "./api.js" */

export class RunPage extends Page {
	/** @type {Run | null} */ run = null;
	#retrySeconds = 0; // Until the lost connection is tried again; 0: there is one.
	#frame = 0;

	/** @param {string} threadId @param {string} runId @param {string} home Where a failure leads back to. @param {string[]} [stages] Known before the run tells them. */
	constructor(threadId, runId, home, stages) {
		super("run", 0, home);
		this.threadId = threadId;
		this.runId = runId;
		this.progress = new RunProgress(stages);
		this.stages = new ProgressView(this.progress);
	}

	get title() {
		return recentRun(this.runId)?.title || t("run.untitled");
	}

	get isUnderWay() {
		return !this.run || isUnderWay(this.run);
	}

	close() {
		super.close();
		cancelAnimationFrame(this.#frame);
	}

	/** Takes what the thread holds once the run has succeeded. @param {{values: Record<string, any>, interrupts: {value: any}[]}} _state @param {AbortSignal} _signal @returns {Promise<void>} */
	async finish(_state, _signal) {}

	async load(signal) {
		let told = null;
		for await (const { type, data } of followRun(this.threadId, this.runId, signal)) {
			if (type === "run") this.run = data;
			else if (type === "connection") this.#retrySeconds = data.isOpen ? 0 : data.retrySeconds;
			else if (type === "error") told = failureOf(data);
			else if (type === "custom") this.progress.apply(data);
			this.#frame ||= requestAnimationFrame(() => {
				this.#frame = 0;
				this.update();
			});
		}
		const { status } = this.run;
		noteStatus(this.runId, status);
		if (status === "success") await this.finish(await getState(this.threadId, signal), signal);
		else this.fail(told ?? { code: status, message: t("run.ended", { status: term("status", status) }) });
		this.render();
	}

	/** What is drawn anew with the page: the button, and the stages. */
	body() {
		const stop = () => this.attempt(() => cancelRun(this.threadId, this.runId));
		this.lost = el("p", { class: "banner", hidden: true });
		this.stop = button({ id: "run-stop", class: "button", onclick: stop }, t("work.cancel"));
		this.stages.render();
		return [];
	}

	update() {
		this.stages.update();
		this.stop.hidden = !this.run || !this.isUnderWay;
		this.lost.hidden = !this.#retrySeconds;
		this.lost.textContent = t("run.reconnecting", { seconds: this.#retrySeconds });
	}
}
