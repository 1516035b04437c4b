/** Threads: what they hold, where their jobs show it, and their end. */

import { threadPath } from "./api.js";
import { firstLine } from "./conversation.js";
import { downloadLink } from "./download.js";
import { button, el, refill } from "./element.js";
import { formatInstant, t, term } from "./i18n.js";
import { ListTable } from "./list_table.js";
import { Page } from "./page.js";
import { JOBS } from "./places.js";
import { statusMark } from "./status_mark.js";
import { deleteThread, listThreads } from "./workspace_api.js";

const PAGE = 50; // threads
const BY_THREAD = new Set(["assistant", "audiobook", "guideline", "topics"]); // Their pages need no run's id.

export class ThreadsPage extends Page {
	#threads = [];
	#isFull = false;

	constructor() {
		super("threads");
	}

	async load() {
		this.#threads = await listThreads({ limit: PAGE });
		this.#isFull = this.#threads.length === PAGE;
	}

	body() {
		this.table = new ListTable(this.title, ["thread", "job", "status", "changed", ""]);
		this.more = el("p", { class: "actions" });
		return [this.table.element, this.more];
	}

	update() {
		this.table.show(this.#threads, ({ thread_id: id }) => id, (thread) => this.#cells(thread), t("threads.empty"));
		refill(this.more, this.#isFull && button({ class: "button", onclick: () => this.#showMore() }, t("work.more")));
	}

	#cells({ thread_id: id, metadata: { graph_id: graph, book, guideline_task: guideline, topics_task: topics }, status, updated_at: updated, extracted }) {
		const job = BY_THREAD.has(graph) && JOBS.find(({ graphs }) => graphs.includes(graph));
		const name = firstLine(extracted?.first) || book?.title || guideline?.title || topics?.name || id;
		return [
			job ? el("a", { href: job.result(id, "") }, name) : el("span", {}, name),
			graph ? term("job_title", graph) : "", statusMark(status, "thread_status"), formatInstant(updated),
			el("span", { class: "row-actions" },
				downloadLink(`${threadPath(id)}/state`, `${id}.json`, this.attempt, t("threads.state")),
				button({ class: "link", "aria-label": t("work.delete_named", { name }), onclick: () => this.#delete(id, name) }, t("work.delete"))),
		];
	}

	#delete(id, name) {
		if (!confirm(t("threads.sure", { name }))) return;
		this.attempt(async () => {
			await deleteThread(id);
			this.#threads = this.#threads.filter(({ thread_id: each }) => each !== id);
			this.update();
		});
	}

	#showMore() {
		this.attempt(async () => {
			const more = await listThreads({ limit: PAGE, offset: this.#threads.length });
			this.#threads = [...this.#threads, ...more];
			this.#isFull = more.length === PAGE;
			this.update();
		});
	}
}
