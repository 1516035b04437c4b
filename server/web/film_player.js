/** A film of the reader's own beside its cues. It stays in the browser: nothing is uploaded. */

import { el, refill } from "./element.js";
import { t } from "./i18n.js";
/** @import {CueSheet} from "./cue_sheet.js" */

export class FilmPlayer {
	element = el("div", { class: "film" });
	#address = "";
	/** @type {TextTrack | null} */ #track = null;

	/** @param {CueSheet} sheet @param {(at: number) => void} onCue told which cue stands on the screen */
	constructor(sheet, onCue) {
		this.sheet = sheet;
		this.onCue = onCue;
		this.video = el("video", { controls: true, hidden: true });
	}

	/** @param {string} language */
	render(language) {
		const input = el("input", { id: "film", class: "unseen", type: "file", accept: "video/*,audio/*", onchange: (event) => this.#open(event.target.files[0]) });
		refill(this.element, this.video,
			el("p", { class: "file-choice" }, input, el("label", { class: "button", for: "film" }, t("editor.choose_film")),
				" ", el("small", {}, t("editor.film_stays"))));
		this.show(language);
	}

	/** Put the cues of a language under the film. @param {string} language */
	show(language) {
		this.#track ??= this.video.addTextTrack("subtitles", language, language);
		this.#track.mode = "showing";
		for (const cue of [...this.#track.cues ?? []]) this.#track.removeCue(cue);
		this.sheet.targets[language].cues.forEach((cue, at) => {
			if (cue.end > cue.start && cue.start >= 0) this.#track.addCue(this.#cue(language, at));
		});
	}

	/** A cue's words have changed. @param {string} language @param {number} at */
	update(language, at) {
		const shown = this.#track && [...this.#track.cues ?? []].find((cue) => cue.id === String(at));
		if (shown) shown.text = plain(this.sheet.visible(language, at));
	}

	/** @param {number} milliseconds */
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
