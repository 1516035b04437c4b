/** Files: put one in, see what is kept and how much room is left, take one out, remove one. */

import { uploadFile } from "./api.js";
import { fileLink } from "./download.js";
import { button, el, refill } from "./element.js";
import { formatInstant, formatNumber, formatSize, t, term } from "./i18n.js";
import { ListTable } from "./list_table.js";
import { Page } from "./page.js";
import { deleteFile, getFileStats, listFiles } from "./workspace_api.js";

export class FilesPage extends Page {
	#files = [];
	#next = null;
	#stats = null;
	#note = "";
	#input = el("input", { id: "new-file", class: "unseen", type: "file", multiple: true, onchange: () => this.#upload([...this.#input.files]) });

	constructor() {
		super("files");
	}

	async load(signal) {
		[{ files: this.#files, next: this.#next }, this.#stats] = await Promise.all([listFiles(undefined, signal), getFileStats(signal)]);
	}

	body() {
		this.room = el("div", { class: "room" });
		this.note = el("p", { class: "muted", role: "status" });
		this.table = new ListTable(this.title, ["name", "size", "kind", "kept", "created", ""]);
		this.more = el("p", { class: "actions" });
		return [
			el("div", { class: "panel-tools", ondragover: (event) => event.preventDefault(), ondrop: (event) => this.#drop(event) },
				el("span", { class: "file-choice" }, this.#input, el("label", { class: "button", for: "new-file" }, t("files.upload"))), this.note),
			this.room, this.table.element, this.more,
		];
	}

	update() {
		this.note.textContent = this.#note;
		this.#showRoom();
		this.table.show(this.#files, ({ file_id: id }) => id, (file) => this.#cells(file), t("files.empty"));
		refill(this.more, this.#next && button({ class: "button", onclick: () => this.#showMore() }, t("work.more")));
	}

	#showRoom() {
		if (!this.#stats) return;
		const { files, size, quota } = this.#stats;
		refill(this.room, el("p", {}, t("files.used", { count: formatNumber(files), size: formatSize(size) }),
			quota > 0 && ` ${t("files.quota", { quota: formatSize(quota) })}`),
			quota > 0 && el("meter", { max: quota, value: size, high: quota * 0.9, "aria-label": t("files.room") }));
	}

	#cells(file) {
		return [
			fileLink(file, this.attempt), formatSize(file.size), file.media_type.split(";")[0],
			[term("retention", file.retention), file.expires_at && ` (${t("files.until", { time: formatInstant(file.expires_at) })})`],
			formatInstant(file.created_at),
			button({ class: "link", "aria-label": t("work.delete_named", { name: file.name }), onclick: () => this.act(() => deleteFile(file.file_id), t("files.sure", { name: file.name })) }, t("work.delete")),
		];
	}

	#drop(event) {
		event.preventDefault();
		this.#upload([...event.dataTransfer.files]);
	}

	#upload(files) {
		this.attempt(async () => {
			for (const file of files) {
				this.#note = t("files.uploading", { name: file.name });
				this.note.textContent = this.#note;
				await uploadFile(file).finally(() => { this.#note = ""; });
			}
			this.#note = t("files.uploaded", { n: files.length });
			await this.refresh();
		}).finally(() => { this.#input.value = ""; this.note.textContent = this.#note; });
	}

	#showMore() {
		this.attempt(async () => {
			const { files, next } = await listFiles(this.#next);
			this.#files = [...this.#files, ...files];
			this.#next = next;
			this.update();
		});
	}
}
