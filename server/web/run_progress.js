/**
 * How far a run is, gathered from its progress events.
 *
 * @typedef {"waiting" | "active" | "done" | "skipped"} StageState
 * @typedef {{name: string, state: StageState, done: number, total: number, unit: string}} Stage
 * @typedef {{model: string, calls: number, input_tokens: number, cost: number | null, currency: string | null}} Estimate
 */

/** The stages of the job "characters" in order; stages of other jobs line up as they arrive. */
const STAGES = ["read", "chapters", "quotations", "names", "aliases", "attribution", "relations", "result"];

export class RunProgress {
	/** @type {Stage[]} */
	stages;
	/** @type {{code: string, message: string}[]} */
	warnings = [];
	/** @type {Map<string, Estimate>} What the calls of each role will take at least. */
	estimates = new Map();

	constructor(stages = STAGES) {
		this.stages = stages.map((name) => ({ name, state: "waiting", done: 0, total: 0, unit: "" }));
	}

	get active() {
		return this.stages.find((stage) => stage.state === "active") ?? null;
	}

	/** @param {any} event One event of the service's vocabulary; kinds that this page does not show pass by. */
	apply(event) {
		if (event.type === "progress") this.#advance(event);
		else if (event.type === "warning") this.#warn(event);
		else if (event.type === "estimate") this.estimates.set(event.role, event);
	}

	finish() {
		for (const stage of this.stages) stage.state = this.#wasSeen(stage) ? "done" : "skipped";
	}

	#advance({ stage: name, done, total, unit }) {
		if (!this.stages.some((stage) => stage.name === name)) this.stages.push({ name, state: "waiting", done: 0, total: 0, unit });
		const current = this.stages.findIndex((stage) => stage.name === name);
		Object.assign(this.stages[current], { done, total, unit, state: "active" });
		for (const stage of this.stages.slice(0, current)) stage.state = this.#wasSeen(stage) ? "done" : "skipped";
	}

	/** A stage that an option turned off sends nothing. */
	#wasSeen(stage) {
		return stage.state === "active" || stage.state === "done";
	}

	#warn({ code, message }) {
		if (!this.warnings.some((warning) => warning.code === code && warning.message === message)) this.warnings.push({ code, message });
	}
}
