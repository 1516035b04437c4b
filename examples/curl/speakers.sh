#!/usr/bin/env bash
# Who speaks in a novel: stores a file, follows the run, and prints what was found.
set -euo pipefail
url=${SCRIPTORIUM_URL:-http://127.0.0.1:8000}
ask=(curl --silent --show-error --fail-with-body --noproxy '*' ${SCRIPTORIUM_KEY:+--header "x-api-key: $SCRIPTORIUM_KEY"})
novel=${1:?usage: speakers.sh NOVEL}

field() { # the first string of this name in the JSON on standard input
  grep -o "\"$1\":\"[^\"]*\"" | head -1 | cut -d'"' -f4
}

file=$("${ask[@]}" "$url/api/v1/files?name=$(basename "$novel")" --data-binary "@$novel" | field file_id)
thread=$("${ask[@]}" "$url/threads" --data '{}' | field thread_id)

# "custom" tells progress while the job works; the stream ends with the run
"${ask[@]}" --no-buffer "$url/threads/$thread/runs/stream" \
  --data "{\"assistant_id\": \"characters\", \"input\": {\"file_id\": \"$file\"}, \"stream_mode\": [\"custom\"]}" |
  grep --line-buffered '^data: .*"stage"'

# the thread keeps the result
"${ask[@]}" "$url/threads/$thread/state" | grep -o '"canonical_name":"[^"]*"' | sort -u
