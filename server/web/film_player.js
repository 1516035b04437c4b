/** A film beside its cues: one of the reader's own, which stays in the browser, or one that the service keeps. */

import { fileAddress, listFilms, readBlob } from "./api.js";
import { el, refill, select } from "./element.js";
import { t } from "./i18n.js";
/** @import {CueSheet} from "./cue_sheet.js" */

export class FilmPlayer {
	element = el("div", { class: "film" });
	#address = "";
	/** @type {TextTrack | null} */ #track = null;
	#kept = el("p", { class: "kept-films", hidden: true });

	/** @param {CueSheet} sheet @param {(at: number) => void} onCue told which cue stands on the screen */
	constructor(sheet, onCue) {
		this.sheet = sheet;
		this.onCue = onCue;
		this.video = el("video", { controls: true, hidden: true });
	}

	render(language) {
		const input = el("input", { id: "film", class: "unseen", type: "file", accept: "video/*,audio/*", onchange: (event) => this.#open(event.target.files[0]) });
		refill(this.element, this.video,
			el("p", { class: "file-choice" }, input, el("label", { class: "button", for: "film" }, t("editor.choose_film")),
				" ", el("small", {}, t("editor.film_stays"))),
			this.#kept);
		this.show(language);
		this.#offerKept();
	}

	/** Put the cues of a language under the film. */
	show(language) {
		this.#track ??= this.video.addTextTrack("subtitles", language, language);
		this.#track.mode = "showing";
		for (const cue of [...this.#track.cues ?? []]) this.#track.removeCue(cue);
		this.sheet.targets[language].cues.forEach((cue, at) => {
			if (cue.end > cue.start && cue.start >= 0) this.#track.addCue(this.#cue(language, at));
		});
	}

	/** A cue's words have changed. */
	update(language, at) {
		const shown = this.#track && [...this.#track.cues ?? []].find((cue) => cue.id === String(at));
		if (shown) shown.text = plain(this.sheet.visible(language, at));
	}

	seek(milliseconds) {
		if (!this.video.hidden) this.video.currentTime = milliseconds / 1000;
	}

	close() {
		URL.revokeObjectURL(this.#address);
	}

	#cue(language, at) {
		const { start, end } = this.sheet.targets[language].cues[at];
		const cue = new VTTCue(start / 1000, end / 1000, plain(this.sheet.visible(language, at)));
		cue.id = String(at);
		cue.onenter = () => this.onCue(at);
		return cue;
	}

	/** Films that the service keeps can be chosen, too; where it tells of none, a local one still can. */
	async #offerKept() {
		const films = await listFilms().catch(() => []);
		if (!films.length) return;
		const choice = select({ id: "kept-film", onchange: () => this.#fetch(choice) },
			[["", t("editor.no_film")], ...films.map(({ file_id: id, name }) => [id, name])]);
		refill(this.#kept, el("label", { for: "kept-film" }, t("editor.kept_film")), " ", choice);
		this.#kept.hidden = false;
	}

	/** @param {HTMLSelectElement} choice */
	async #fetch(choice) {
		if (!choice.value) return;
		choice.disabled = true;
		try {
			this.#open(await readBlob(fileAddress(choice.value)));
		} catch {
			choice.value = ""; // Its bytes are gone, or the connection is: nothing is shown that is not there.
		} finally {
			choice.disabled = false;
		}
	}

	/** @param {Blob | undefined} file */
	#open(file) {
		if (!file) return;
		URL.revokeObjectURL(this.#address);
		this.#address = URL.createObjectURL(file);
		this.video.src = this.#address;
		this.video.hidden = false;
	}
}

/** A track's text is WebVTT: what could be a tag is none. */
const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
