/** How far a task is, in words and as a bar, and the button that stops it: made once, so that the focus stays on it. */

import { button, el } from "./element.js";
import { t, term } from "./i18n.js";

/** How a task is. @param {string} job Whose words it has. @param {string} status */
export const taskStatus = (job, status) => term("task", status, term(job, status));

export class TaskBar {
	#status = el("span", { id: "task-status", role: "status" });
	#progress = el("progress", { max: "100", hidden: true });
	#stop;

	/** @param {() => void} stop @param {...Node} beside What else stands there. */
	constructor(stop, ...beside) {
		this.#stop = button({ id: "task-stop", class: "button", hidden: true, onclick: stop }, t("work.cancel"));
		this.element = el("div", { class: "panel-tools" }, this.#status, this.#progress, this.#stop, beside);
	}

	/** @param {string} words @param {{done: number, stage: string} | false | null} work Percent; nothing: it is not at work. */
	show(words, work) {
		if (this.#status.textContent !== words) this.#status.textContent = words; // Read aloud when it changes, and only then.
		this.#progress.hidden = this.#stop.hidden = !work;
		if (!work) return;
		this.#progress.value = work.done;
		this.#progress.setAttribute("aria-label", work.stage);
	}
}
