# schema.jq - the part of JSON Schema that our schemas use: prints what is wrong
#
#	jq -r --slurpfile schema SCHEMA -f schema.jq DOCUMENT
#
# Stricter in one thing: a member that a schema with properties does not name
# is wrong, so that no output goes unstated.

def kind: if type == "number" and floor == . then "integer" else type end;
def resolve($root): if has("$ref")
	then (."$ref" | ltrimstr("#/") | split("/")) as $p | $root | getpath($p)
	else . end;
def check($s0; $path; $root): . as $v | ($s0 | resolve($root)) as $s |
	(if $s | has("type") then
		([$s.type] | flatten) as $types | ($v | kind) as $k |
		if ($types | index($k)) or ($k == "integer" and
			($types | index("number"))) then empty
		else "\($path): is \($k), not \($types | join(" or "))" end
	 else empty end),
	(if $s | has("const") then if $v == $s.const then empty
		else "\($path): is not \($s.const)" end else empty end),
	(if $s | has("enum") then if ($s.enum | index([$v])) or
			any($s.enum[]; . == $v) then empty
		else "\($path): \($v) is none of \($s.enum)" end else empty end),
	(if ($s | has("pattern")) and ($v | type) == "string" then
		if $v | test($s.pattern) then empty
		else "\($path): '\($v)' does not fit \($s.pattern)" end
	 else empty end),
	(if ($v | type) == "object" then
		(($s.required // [])[] | select(. as $k | $v | has($k) | not) |
			"\($path): has no '\(.)'"),
		($v | keys[] as $k | if ($s.properties // {}) | has($k)
			then .[$k] | check($s.properties[$k]; "\($path).\($k)"; $root)
			elif $s | has("additionalProperties")
			then .[$k] | check($s.additionalProperties; "\($path).\($k)"; $root)
			elif $s | has("properties")
			then "\($path): '\($k)' is not stated"
			else empty end)
	 else empty end),
	(if ($v | type) == "array" and ($s | has("items")) then
		range($v | length) as $i | $v[$i] |
			check($s.items; "\($path)[\($i)]"; $root)
	 else empty end),
	(if ($s | has("if")) and ($v | has("error") | not)
		then $v | check($s.then; $path; $root) else empty end);

. as $doc | $schema[0] as $s | $doc | check($s; "$"; $s)
