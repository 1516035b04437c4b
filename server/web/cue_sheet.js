/**
 * A film's cues as the service keeps them for an editor, with what a person changes. Times are milliseconds.
 *
 * @typedef {{id: number, segment: string, start: number, end: number, source: string, words: string,
 *   speaker: string, is_translated: boolean}} SourceCue
 * @typedef {{kind: string, message: string}} Reason
 * @typedef {{words: string, text: string, start: number, end: number, status: string | null, reasons: Reason[],
 *   terms: [string, string[]][]}} TargetCue
 * @typedef {{cps: number, cpl: number, half_width: number, max_lines: number}} Limits
 */

const MARK = /\u27e6\d+\u27e7/g; // What stands in the place of a tag.
// East Asian wide and full-width characters, pictures: Unicode Standard Annex 11.
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u;

export class CueSheet {
	/** @type {Map<string, Map<string, string>>} By language and segment, what a person has written. */
	#edits = new Map();

	/** @param {{cues: SourceCue[], targets: Record<string, {limits: Limits, cues: TargetCue[]}>}} kept */
	constructor(kept) {
		this.cues = kept.cues;
		this.targets = kept.targets;
		this.languages = Object.keys(kept.targets);
	}

	/** @param {string} language @param {number} at the cue's place @returns {string} as it is now, marks included */
	words(language, at) {
		return this.#edits.get(language)?.get(this.cues[at].segment) ?? this.targets[language].cues[at].words;
	}

	edit(language, at, words) {
		if (!this.#edits.has(language)) this.#edits.set(language, new Map());
		const { segment } = this.cues[at];
		const ofLanguage = this.#edits.get(language);
		if (words.trim() === "" || words === this.targets[language].cues[at].words) ofLanguage.delete(segment);
		else ofLanguage.set(segment, words);
	}

	/** What the service is told: by language and segment, only what was changed. */
	get edits() {
		return Object.fromEntries([...this.#edits].filter(([, texts]) => texts.size).map(([language, texts]) => [language, Object.fromEntries(texts)]));
	}

	/** What a reader of the film sees. */
	visible(language, at) {
		const isEdited = this.#edits.get(language)?.has(this.cues[at].segment);
		const cue = this.targets[language].cues[at];
		return isEdited || cue.status === null && !cue.text ? this.words(language, at).replace(MARK, "") : cue.text;
	}

	/** How fast a cue is to be read. @returns {{speed: number, limit: number, isOver: boolean}} */
	reading(language, at) {
		const { limits, cues } = this.targets[language];
		const seconds = (cues[at].end - cues[at].start) / 1000;
		const length = lengthOf(this.visible(language, at).replace(/\n/g, ""), limits.half_width);
		const speed = seconds > 0 ? length / seconds : 0;
		return { speed, limit: limits.cps, isOver: speed > limits.cps + 1e-9 || length > limits.cpl * limits.max_lines };
	}

	/** The places of the cues that are shown. */
	places(language, onlyFlagged) {
		const all = [...this.cues.keys()];
		return onlyFlagged ? all.filter((at) => this.targets[language].cues[at].reasons.length > 0 || this.targets[language].cues[at].status) : all;
	}
}

/** @param {string} text @param {number} halfWidth what a half-width character counts */
export function lengthOf(text, halfWidth) {
	const characters = [...text];
	if (halfWidth === 1) return characters.length;
	return characters.reduce((sum, character) => sum + (WIDE.test(character) ? 1 : halfWidth), 0);
}

/** @returns {string} hours:minutes:seconds.thousandths */
export function clock(milliseconds) {
	const sign = milliseconds < 0 ? "-" : "";
	const whole = Math.abs(milliseconds);
	const two = (value) => String(Math.floor(value)).padStart(2, "0");
	return `${sign}${two(whole / 3_600_000)}:${two(whole / 60_000 % 60)}:${two(whole / 1000 % 60)}.${String(whole % 1000).padStart(3, "0")}`;
}
