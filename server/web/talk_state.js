/**
 * What a talk's events come to. Pure: the same events give the same talk, whether they come live or are told again.
 *
 * @typedef {{id: string, speaker: "me" | "partner", text: string, confidence: number | null, isCorrected: boolean}} Line
 * @typedef {{id: string, text: string, intent: string, manner: string, source: "model" | "phrase_bank"}} Reply
 * @typedef {{text: string, source: "own" | "standard"}} QuickPhrase
 * @typedef {{code: string, message: string, hint?: string}} Failure
 * @typedef {{responseId: string, wanted: number, mode: "model" | "offline", replies: Reply[], missing: {reason: string}[],
 *   failure: Failure | null, phrases: QuickPhrase[], isDone: boolean}} Request
 * @typedef {{lines: Line[], hearing: {id: string, text: string} | null, request: Request | null,
 *   opinion: {tendency: string, mood: string, tone: string} | null, summary: {text: string, facts: {text: string}[]} | null,
 *   notice: string, failure: Failure | null, isClosed: boolean}} Talk
 */

/** @returns {Talk} */
export const emptyTalk = () => ({
	lines: [], hearing: null, request: null, opinion: null, summary: null, notice: "", failure: null, isClosed: false,
});

const HEARING = "conversation.item.input_audio_transcription.";

/** @param {Talk} talk @param {any} event @returns {Talk} */
export function take(talk, event) {
	const change = CHANGES[event.type];
	return change ? { ...talk, ...change(talk, event) } : talk;
}

/** @type {Record<string, (talk: Talk, event: any) => Partial<Talk>>} */
const CHANGES = {
	"input_audio_buffer.speech_started": (_, { item_id: id }) => ({ hearing: { id, text: "" }, failure: null }),
	"input_audio_buffer.cleared": () => ({ hearing: null }),
	[`${HEARING}partial`]: (_, { item_id: id, text }) => ({ hearing: { id, text } }),
	[`${HEARING}failed`]: (_, { error }) => ({ hearing: null, failure: error }),
	[`${HEARING}completed`]: (talk, { item_id: id, transcript, confidence }) => ({
		hearing: null,
		...(transcript && said(talk, { id, speaker: talk.speakers?.[id] ?? "partner", text: transcript, confidence: confidence ?? null })),
	}),
	"conversation.item.done": (talk, { item }) => {
		const [part] = item.content;
		if (part.type === "input_audio") return { speakers: { ...talk.speakers, [item.id]: item.speaker } };
		return said(talk, { id: item.id, speaker: item.speaker, text: part.text, confidence: null });
	},
	"conversation.item.corrected": (talk, { item_id: id, transcript }) => ({
		lines: talk.lines.map((line) => line.id === id ? { ...line, text: transcript, isCorrected: true } : line),
	}),
	"conversation.item.deleted": (talk, { item_id: id }) => ({ lines: talk.lines.filter((line) => line.id !== id) }),
	"suggestions.created": (_, { response_id: responseId, wanted, mode }) => ({
		failure: null,
		request: { responseId, wanted, mode, replies: [], missing: [], failure: null, phrases: [], isDone: false },
	}),
	"suggestions.delta": (talk, event) => ofRequest(talk, event, ({ replies }) => ({ replies: [...replies, event.reply] })),
	"suggestions.done": (talk, event) => {
		const { replies, missing, failure, phrases } = event.result;
		return ofRequest(talk, event, () => ({ replies, missing, failure, phrases, isDone: true }));
	},
	"suggestions.cancelled": (talk, event) => ofRequest(talk, event, () => ({ isDone: true })),
	"response.done": (talk, { response }) => {
		const error = response.status_details?.error;
		return response.status === "failed" && !talk.request?.failure ? { failure: error } : {};
	},
	"opinion.predicted": (_, { opinion }) => ({ opinion }),
	"status": (_, { code, message }) => (code === "alive" ? {} : { notice: message }),
	"error": (_, { error }) => ({ failure: error }),
	"session.summarised": (_, { summary }) => ({ summary }),
	"session.closed": () => ({ isClosed: true, request: null, hearing: null }),
};

/** A line more; whoever has spoken has answered. */
function said(talk, line) {
	const lines = [...talk.lines.filter(({ id }) => id !== line.id), { isCorrected: false, ...line }];
	return line.speaker === "me" ? { lines, request: null, opinion: null } : { lines };
}

function ofRequest(talk, event, change) {
	if (talk.request?.responseId !== event.response_id) return {};
	return { request: { ...talk.request, ...change(talk.request) } };
}
