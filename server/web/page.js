/** What the workspace's pages share: a heading, what is asked for and shown again, failures that say what to do. */

import { ApiError } from "./api.js";
import { el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { t } from "./i18n.js";

export class Page {
	element = el("div", { class: "work" });
	leaving = new AbortController();
	#name;
	#pause;
	#timer = 0;
	/** @type {import("./failure_panel.js").Failure | null} */ #failure = null;
	#isStale = false;

	/** @param {string} name Of its words. @param {number} [seconds] Between two questions of how it is now; 0: it is asked once. */
	constructor(name, seconds = 0) {
		this.#name = name;
		this.#pause = seconds * 1000;
	}

	get title() {
		return t(`${this.#name}.title`);
	}

	/** Asks the service. @param {AbortSignal} _signal @returns {Promise<void>} */
	async load(_signal) {}

	/** What stands below the heading. @returns {(Node | null | false)[]} */
	body() {
		return [];
	}

	/** Brings what `load` got into the body. */
	update() {}

	open() {
		this.render();
		this.refresh();
	}

	close() {
		this.leaving.abort();
		clearTimeout(this.#timer);
	}

	render() {
		document.title = `${this.title} · Scriptorium`;
		this.failureBox = el("div", { class: "banners" });
		refill(this.element, el("header", { class: "page-head" }, el("h1", { tabindex: "-1" }, this.title), this.head()), this.failureBox, this.body());
		this.#showFailure();
		this.update();
	}

	/** What stands below the title. @returns {Node | null} */
	head() {
		return null;
	}

	async refresh() {
		clearTimeout(this.#timer);
		const { signal } = this.leaving;
		try {
			if (!document.hidden) await this.load(signal);
			if (this.#isStale) this.fail(null);
		} catch (error) {
			if (signal.aborted) return;
			this.fail(error);
			this.#isStale = true;
		}
		if (signal.aborted) return;
		this.update();
		if (this.#pause) this.#timer = setTimeout(() => this.refresh(), this.#pause);
	}

	/** Do what the reader asked for; a refusal is shown. @param {() => Promise<void>} act */
	async attempt(act) {
		this.fail(null);
		try {
			await act();
		} catch (error) {
			if (!this.leaving.signal.aborted) this.fail(error);
		}
	}

	/** @param {any} failure */
	fail(failure) {
		this.#failure = failure;
		this.#isStale = false;
		this.#showFailure();
		if (failure instanceof Error && !(failure instanceof ApiError)) throw failure;
	}

	#showFailure() {
		const panel = this.#failure && failurePanel(this.#failure);
		refill(this.failureBox, panel);
	}
}
