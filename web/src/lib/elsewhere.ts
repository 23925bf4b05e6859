// The same query for other programs.

/** Commands that send a query to the endpoint: rows come as CSV, graphs as Turtle. */
export function elsewhere(
  endpoint: string,
  query: string,
): Record<"curl" | "python" | "r", string> {
  const isGraph = /^\s*(?:(?:PREFIX[^\n]*|BASE[^\n]*|#[^\n]*)\s*)*(?:CONSTRUCT|DESCRIBE)\b/i.test(
    query,
  );
  const accept = isGraph ? "text/turtle" : "text/csv";
  return {
    curl: `curl '${endpoint}' -H 'Accept: ${accept}' \\\n  --data-urlencode ${shell(`query=${query}`)}`,
    python: python(endpoint, query, accept, isGraph),
    r: r(endpoint, query, accept, isGraph),
  };
}

function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function python(endpoint: string, query: string, accept: string, isGraph: boolean): string {
  const quoted = query.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"');
  const reading = isGraph
    ? "    graph = answer.read().decode()\nprint(graph)"
    : '    rows = list(csv.DictReader(io.TextIOWrapper(answer, encoding="utf-8")))\n' +
      "for row in rows:\n    print(row)";
  const imports = isGraph ? "" : "import csv\nimport io\n";
  return `${imports}import urllib.parse
import urllib.request

query = """
${quoted}
"""
request = urllib.request.Request(
    "${endpoint}",
    data=urllib.parse.urlencode({"query": query}).encode(),
    headers={"Accept": "${accept}"},
)
with urllib.request.urlopen(request) as answer:
${reading}`;
}

function r(endpoint: string, query: string, accept: string, isGraph: boolean): string {
  let dashes = "";
  while (query.includes(`)${dashes}"`)) dashes += "-";
  const reading = isGraph
    ? "cat(resp_body_string(answer))"
    : "rows <- read.csv(text = resp_body_string(answer))\nprint(rows)";
  return `library(httr2)

query <- r"${dashes}(
${query}
)${dashes}"
answer <- request("${endpoint}") |>
  req_headers(Accept = "${accept}") |>
  req_body_form(query = query) |>
  req_perform()
${reading}`;
}
