/**
 * A conversation with the assistant, as its thread's state and its run's events tell it.
 *
 * @typedef {{file_id: string, name: string}} NamedFile
 * @typedef {{id: string, kind: "user" | "assistant", text: string, files: NamedFile[], isOffline: boolean, withheld: boolean}} Said
 * @typedef {{id: string, kind: "job", job: string, args: Record<string, any>, state: "open" | "stopped" | "asks" | "done" | "declined" | "failed",
 *   outcome: {error?: string, code?: string, hint?: string, declined?: string}, files: NamedFile[],
 *   stage: {name: string, done: number, total: number, unit: string} | null}} Job
 */

import { RunProgress } from "./run_progress.js";

const FILE_LINE = /^\[file (.*), file_id ([\w-]+)\]$/gm;

export class Conversation {
	/** @type {Map<string, any>} The messages by their ids, in order. */ #messages = new Map();
	/** @type {Map<string, {progress: RunProgress, files: NamedFile[]}>} By the ids of calls. */ #work = new Map();
	#results = {};
	#unsent = 0;
	/** @type {any} What the thread asks; null: nothing. */ asked = null;
	isOffline = false;
	isAtWork = false;

	/** @param {{values: Record<string, any>, interrupts: {value: any}[]}} state */
	takeState({ values, interrupts }) {
		this.#messages = new Map((values.messages ?? []).map((message) => [message.id, message]));
		this.#results = values.results ?? {};
		this.isOffline = values.mode === "offline";
		this.asked = interrupts[0]?.value ?? null;
	}

	/** What the reader has just sent; the state has it under another id. @param {string} text @param {NamedFile[]} files */
	say(text, files) {
		const lines = files.map(({ name, file_id: id }) => `[file ${name}, file_id ${id}]`);
		const id = `unsent-${++this.#unsent}`;
		this.#messages.set(id, { id, type: "human", content: [text, ...lines].join("\n") });
	}

	/** A message, or a piece of one that grows. @param {any} message */
	takeMessage(message) {
		const known = this.#messages.get(message.id);
		const isPiece = message.type === "AIMessageChunk" && known;
		this.#messages.set(message.id, isPiece ? { ...known, content: textOf(known) + textOf(message) } : message);
	}

	/** An event of a job's. @param {any} event */
	takeEvent(event) {
		if (event.type === "warning" && event.code === "offline" && !event.call_id) this.isOffline = true;
		if (!event.call_id) return;
		const work = this.#work.get(event.call_id) ?? { progress: new RunProgress([]), files: [] };
		this.#work.set(event.call_id, work);
		work.progress.apply(event);
		if (event.type === "artifact") work.files.push({ file_id: event.file_id, name: event.name });
	}

	/** What is shown, in order. @returns {(Said | Job)[]} */
	get items() {
		const messages = [...this.#messages.values()];
		const answers = new Map(messages.filter(({ type }) => type === "tool").map((message) => [message.tool_call_id, message]));
		return messages.flatMap((message) => {
			if (message.type === "tool" || message.type === "system") return [];
			const said = this.#said(message);
			const calls = (message.tool_calls ?? []).map((call) => this.#job(call, answers.get(call.id)));
			return [...(said.text || said.files.length ? [said] : []), ...calls];
		});
	}

	/** The files that the conversation names. @returns {NamedFile[]} */
	get files() {
		return this.items.flatMap(({ files }) => files);
	}

	/** @returns {Said} */
	#said({ id, type, response_metadata: about = {}, ...message }) {
		const text = textOf(message);
		return {
			id, kind: type === "human" ? "user" : "assistant", text: text.replace(FILE_LINE, "").trim(),
			files: type === "human" ? [...text.matchAll(FILE_LINE)].map(([, name, fileId]) => ({ name, file_id: fileId })) : [],
			isOffline: about.mode === "offline", withheld: Boolean(about.withheld),
		};
	}

	/** @returns {Job} */
	#job({ id, name, args }, answer) {
		const outcome = answer ? readOutcome(textOf(answer)) : {};
		const work = this.#work.get(id);
		const result = this.#results[id];
		const whole = result?.file_id ? [{ file_id: result.file_id, name: `${name}.json` }] : [];
		const waits = this.isAtWork ? "open" : this.asked ? "asks" : "stopped";
		return {
			id, kind: "job", job: name, args, outcome,
			state: answer ? (outcome.declined ? "declined" : answer.status === "error" ? "failed" : "done") : waits,
			files: result ? [...result.files, ...whole] : work?.files ?? [],
			stage: answer ? null : work?.progress.active ?? null,
		};
	}
}

function textOf({ content }) {
	if (typeof content === "string") return content;
	return (content ?? []).map((block) => (typeof block === "string" ? block : block.text ?? "")).join("");
}

/** The first line of what somebody said. @param {any} content Of a message. */
export const firstLine = (content) => textOf({ content }).replace(FILE_LINE, "").trim().split("\n")[0].slice(0, 60);

/** A tool's answer without its result, which the assistant puts into words. */
function readOutcome(text) {
	try {
		const { error, code, hint, declined } = JSON.parse(text);
		return { error, code, hint, declined };
	} catch {
		return {};
	}
}
