/**
 * What the reader has put into the form. The text outlives reloads, errors and finished runs until it is cleared.
 */

import { recall, remember } from "./storage.js";
/** @import {Options} from "./api.js" */

/** @type {Options} The service's own defaults. */
const DEFAULT_OPTIONS = {
	enable_coreference: true,
	enable_dialogue: true,
	enable_relations: true,
	similarity_threshold: 0.8,
	max_characters: null,
	min_mentions: 2,
};

const stored = recall("draft", {});

export const draft = {
	/** @type {string} */ graphId: stored.graphId ?? "characters",
	/** @type {string} */ text: stored.text ?? "",
	/** @type {string | null} */ language: stored.language ?? null,
	/** @type {Options} */ options: { ...DEFAULT_OPTIONS, ...stored.options },
	/** @type {string | null} Whose it is, where people sign in. */ owner: stored.owner ?? null,
	/** @type {File | null} Kept for the visit only: a browser cannot store a file's right to be read. */ file: null,
};

const SAVE_DELAY_MS = 300; // Storing a whole novel at every key would make typing slow.
let timer = 0;

export function saveDraft() {
	clearTimeout(timer);
	timer = setTimeout(store, SAVE_DELAY_MS);
}

/** Let a draft be somebody's: the next one at this screen does not see it. */
export function claimDraft(owner) {
	if (draft.owner !== owner) Object.assign(draft, { text: "", file: null, owner });
	store();
}

function store() {
	const { file: _, ...lasting } = draft;
	// A text too long to store still stays on the page; the options are stored in any case.
	if (!remember("draft", lasting)) remember("draft", { ...lasting, text: "" });
}

addEventListener("pagehide", store);
