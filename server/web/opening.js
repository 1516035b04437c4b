/** What the first page has the reader say first to the assistant. */
export const opening = { text: "" };
