/**
 * A result together with its text: who is who, and which page holds what. Offsets are code points.
 *
 * @typedef {{start: number, end: number}} Place
 * @typedef {{index: number, title: string, start: number, end: number}} Chapter
 * @typedef {{id: string, canonical_name: string, aliases: string[], gender: string, importance: string,
 *   mentions: number, quotes: number, evidence: (Place & {reason: string})[]}} Character
 * @typedef {{id: string, start: number, end: number, text: string, chapter: number, speaker_id: string | null,
 *   speaker: string | null, addressee_id: string | null, method: string, confidence: number,
 *   evidence: Place | null}} Quote
 * @typedef {{from: string, to: string, type: string, weight: number, evidence: Place[]}} Relation
 * @typedef {{mode: "offline" | "model", language: string, chapters: Chapter[], characters: Character[],
 *   quotes: Quote[], relations: Relation[], statistics: Record<string, any>,
 *   warnings: {code: string, message: string}[], text_file_id: string}} Result
 * @typedef {Place & {chapter: Chapter, part: number, parts: number}} Page part counts from 1
 */

import { CodePointText, lowerBound } from "./code_points.js";
import { isHardWrapped } from "./paragraphs.js";

const RESULT_KEYS = ["mode", "language", "chapters", "characters", "alias_map", "quotes", "relations", "statistics", "warnings", "text_file_id"];
/** Speakers beyond these share one colour: more could not be told apart. */
const COLOURED_SPEAKERS = 12;
/** Attributions less likely to be right than this are marked as unsure. */
const SURE_CONFIDENCE = 0.7;
/** A page of this many code points is drawn in a few milliseconds. */
const PAGE_LENGTH = 24_000;

export class Novel {
	/** @param {Result} result @param {string} text */
	constructor(result, text) {
		this.result = result;
		this.text = new CodePointText(text);
		this.joinsLines = isHardWrapped(text);
		this.quotes = [...result.quotes].sort((a, b) => a.start - b.start);
		this.pages = paginate(result.chapters, this.text);
		/** The people who speak, the most talkative first. */
		this.speakers = result.characters
			.filter((character) => character.quotes > 0)
			.sort((a, b) => b.quotes - a.quotes || a.id.localeCompare(b.id));
		this.characters = new Map(result.characters.map((character) => [character.id, character]));
		this.slots = new Map(this.speakers.slice(0, COLOURED_SPEAKERS).map((speaker, index) => [speaker.id, index + 1]));
	}

	/** The class of a speaker's colour and line, as style.css draws it. */
	speakerClass(characterId) {
		return `speaker-${this.slots.get(characterId) ?? "other"}`;
	}

	/** @param {Quote} quote */
	quoteClass(quote) {
		return hasSpeaker(quote) ? this.speakerClass(quote.speaker_id) : "speaker-none";
	}

	nameOf(characterId) {
		return characterId === null ? null : this.characters.get(characterId)?.canonical_name ?? characterId;
	}

	/** @returns {number} The index of the page that holds this place. */
	pageAt(offset) {
		return Math.max(0, lowerBound(this.pages, offset + 1, (page) => page.start) - 1);
	}

	/** @param {Place} place @returns {Quote[]} The quotations that touch it. */
	quotesIn({ start, end }) {
		const first = lowerBound(this.quotes, start + 1, (quote) => quote.end);
		return this.quotes.slice(first, lowerBound(this.quotes, end, (quote) => quote.start));
	}

	/** A place and what stands around it on its page. @param {Place} place @param {number} margin code points */
	excerpt({ start, end }, margin) {
		const from = Math.max(0, start - margin);
		const to = Math.min(this.text.length, end + margin);
		return {
			before: (from > 0 ? "…" : "") + this.text.slice(from, start),
			text: this.text.slice(start, end),
			after: this.text.slice(end, to) + (to < this.text.length ? "…" : ""),
		};
	}
}

/** The parts of a thread's values that are the result; the rest is the job's own. @param {Record<string, any>} values */
export function resultOf(values) {
	return Object.fromEntries(RESULT_KEYS.map((key) => [key, values[key]]));
}

/** A character that the options left out has a name, but no id. @param {Quote} quote */
export const hasSpeaker = (quote) => quote.speaker !== null;

/** Whether nothing in the text, or only a weak rule, says who speaks. @param {Quote} quote */
export const isUnsure = (quote) => !hasSpeaker(quote) || quote.confidence < SURE_CONFIDENCE;

/** @param {Chapter[]} chapters @param {CodePointText} text @returns {Page[]} */
function paginate(chapters, text) {
	const whole = { index: 0, title: "", start: 0, end: text.length };
	return (chapters.length ? chapters : [whole]).flatMap((chapter) => {
		const cuts = [chapter.start, ...lineStarts(chapter, text), chapter.end];
		return cuts.slice(1).map((end, index) => ({ chapter, start: cuts[index], end, part: index + 1, parts: cuts.length - 1 }));
	});
}

/** Where a long chapter is cut: at the first new line after each page length, or there when no line ends soon. */
function lineStarts(chapter, text) {
	const cuts = [];
	for (let from = chapter.start + PAGE_LENGTH; from < chapter.end - PAGE_LENGTH / 4; from += PAGE_LENGTH) {
		const restOfLine = text.slice(from, chapter.end).match(/^[^\r\n]{0,4000}[\r\n]+/u)?.[0] ?? "";
		from += [...restOfLine].length;
		cuts.push(from);
	}
	return cuts;
}
