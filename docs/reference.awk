# SPDX-License-Identifier: Apache-2.0
# Renders one public header as a page of the reference: `awk -f reference.awk HEADER`. The contract
# comments are the text; nothing is said here that a header does not say.
#
# A page is built from paragraphs: a comment and the declarations right below it. `-v CHECK=1` prints
# complaints instead: functions without a comment of their own, without a version ("Since 1.x"), or
# without a thread rule, which may also stand in the header's first comment as "Every function: …" or
# "Everything here is …".

function trim(text) { sub(/^[ \t]+/, "", text); sub(/[ \t]+$/, "", text); return text }

# Comment lines without their stars, joined; an empty line stays as the end of a paragraph.
function add_comment(line) {
  sub(/^[ \t]*\/\*+/, "", line); sub(/\*\/[ \t]*$/, "", line); sub(/^[ \t]*\*([ ]|$)/, "", line)
  line = trim(line)
  if (line == "") comment = comment == "" ? "" : comment "\n\n"
  else if (line ~ /^- /) comment = comment "\n" line
  else comment = comment (comment == "" || comment ~ /\n$/ ? "" : " ") line
}

function has_thread_rule(text) {
  return text ~ /[Aa]ny thread|[Ll]oop thread|[Cc]onfiguration time|[Rr]egister function/ ||
         text ~ /'s thread|[A-Z]_?[A-Z]+ hook|process of its own/
}

function function_name(code) {
  sub(/\(.*/, "", code)
  return match(code, /[a-z0-9_]+$/) ? substr(code, RSTART) : ""
}

function complain(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }

function finish_declaration(   name) {
  if (code == "") return
  if (code ~ /^HTTPD_API/) {
    name = function_name(code)
    functions++
    if (CHECK) {
      if (comment == "") complain(name "() has no comment of its own right above it")
      else {
        if (comment !~ /Since [0-9]+\.[0-9]+/) complain(name "() does not say since when it is there")
        if (!has_thread_rule(comment) && !header_rule)
          complain(name "() does not say which thread may call it")
      }
    } else page("### " name "()", comment, code)
  } else if (!CHECK && code !~ /^#define HTTPD_[A-Z_]*H$/) {
    if (comment != "" || previous_kind != "other")
      page("### " title(code), comment, code)
    else
      body = body "\n```c\n" code "\n```\n"
  }
  previous_kind = code ~ /^HTTPD_API/ ? "function" : "other"
  code = ""; comment = ""
}

function title(code,   name) {
  if (match(code, /^#define [A-Za-z0-9_]+/)) return substr(code, 9, RLENGTH - 8)
  if (match(code, /\(\*[a-z0-9_]+\)\(/) && code !~ /\{/) return substr(code, RSTART + 2, RLENGTH - 4)
  if (match(code, /\}[ ]*[a-z0-9_]+;$/)) { name = substr(code, RSTART + 1); sub(/;/, "", name); return trim(name) }
  if (match(code, /[a-z0-9_]+;$/)) { return substr(code, RSTART, RLENGTH - 1) }
  return "declarations"
}

function page(heading, text, source) {
  body = body "\n" heading "\n\n```c\n" source "\n```\n"
  if (text != "") body = body "\n" text "\n"
}

# ---- lines ----

in_comment {
  add_comment($0)
  if (index($0, "*/")) { in_comment = 0; if (!have_intro) { have_intro = 1; intro = comment; comment = ""
      header_rule = has_thread_rule(intro) && intro ~ /Every function:|Everything here/ } }
  next
}
in_code {
  code = code "\n" $0
  depth += gsub(/\{/, "{") - gsub(/\}/, "}")
  if (is_macro ? $0 !~ /\\$/ : (depth == 0 && $0 ~ /;([ \t]*\/\*.*)?$/)) { in_code = 0; finish_declaration() }
  else if (!is_macro && depth == 0 && $0 ~ /\*\/$/ && code ~ /;[ \t]*\/\*/) { in_code = 0; finish_declaration() }
  next
}
/^\/\* ---- .* ---- \*\/$/ {
  section = $0; sub(/^\/\* ---- /, "", section); sub(/ ---- \*\/$/, "", section)
  body = body "\n## " section "\n"; comment = ""; next
}
/^\/\*/ {
  comment = ""; in_comment = !index($0, "*/"); add_comment($0); next
}
/^[ \t]*$/ { if (have_intro && code == "") comment = ""; previous_kind = ""; next }
/^(#if|#endif|#else|#elif|#ifdef|#ifndef|#include|HTTPD_EXTERN_C)/ { comment = ""; next }
/^(HTTPD_API|typedef|struct|#define|static inline)/ {
  code = $0; depth = gsub(/\{/, "{") - gsub(/\}/, "}")
  is_macro = $0 ~ /^#define/
  if (is_macro ? $0 !~ /\\$/ && ($0 !~ /\/\*/ || $0 ~ /\*\//) : depth == 0 && $0 ~ /;([ \t]*\/\*.*\*\/)?$/) finish_declaration()
  else in_code = 1
  next
}

END {
  if (CHECK) exit bad
  name = FILENAME; sub(/.*\//, "", name)
  gsub(/SPDX-License-Identifier: Apache-2.0[ \n]*/, "", intro)
  printf "<!-- Generated from httpd/%s; change it there. -->\n# httpd/%s\n\n%s\n%s", name, name, intro, body
}
