# SPDX-License-Identifier: Apache-2.0
# Makes of a public header the header of an older or a newer server of the same major version:
#   awk -v AGE=older|newer -f age.awk HEADER
# older: the last field of every struct with a size is not there yet, nor are the functions named in
#        DROP ("a b c").
# newer: every struct with a size has one field more, `future`; there is httpd_request_future(); the
#        interface is 1.2, that function is of 1.1.
# httpd_module stays as it is in `older`: its last field is what registers hooks. RECORD=1 cuts it too.
BEGIN {
  count = split(DROP, list, " ")
  for (i = 1; i <= count; ++i) dropped[list[i]] = 1
}

function uncommented(text) { gsub(/\/\*([^*]|\*[^\/])*\*\//, "", text); return text }

function aged(text,   name, close_at, body, fields, n, i, depth, part, c, out) {
  close_at = match(text, /\}[ ]*[a-z_]+;/)
  name = substr(text, RSTART + 1, RLENGTH - 2); gsub(/ /, "", name)
  if (text !~ /uint32_t size;/ && name != "httpd_module") return text
  if (AGE == "newer") return substr(text, 1, close_at - 1) "  uint64_t future;\n" substr(text, close_at)
  if (name == "httpd_module" && !RECORD) return text
  if (name == "httpd_module") {
    sub(/httpd_config_merge merge_location_config;\n/, "", text)
    sub(/  httpd_register register_module;[^\n]*\n/, "", text)
    return text
  }
  text = uncommented(text)
  close_at = match(text, /\}[ ]*[a-z_]+;/)
  body = substr(text, 1, close_at - 1)
  # Up to the semicolon before the last one.
  n = 0; depth = 0
  for (i = 1; i <= length(body); ++i) if (substr(body, i, 1) == ";") { before = last; last = i }
  return substr(body, 1, before) "\n" substr(text, close_at)
}

/^typedef struct .*\{$/ { struct = $0 "\n"; inside = 1; next }
inside {
  struct = struct $0 "\n"
  if ($0 ~ /^\}/) { printf "%s", aged(struct); inside = 0 }
  next
}
/^HTTPD_API/ {
  declaration = $0
  while (declaration !~ /;/ && (getline line) > 0) declaration = declaration "\n" line
  name = declaration; sub(/\(.*/, "", name); sub(/.*[ *\n]/, "", name)
  if (!(name in dropped)) print declaration
  next
}
AGE == "newer" && /^#define HTTPD_ABI_MINOR/ { print "#define HTTPD_ABI_MINOR 2"; next }
AGE == "newer" && /^#define HTTPD_ABI_SINCE/ {
  print "#define HTTPD_ABI_SINCE \"since=httpd_request_future:1.1,httpd_not_used:1.2\\0\""; next
}
AGE == "newer" && /^#endif \/\* HTTPD_REQUEST_H/ {
  print "HTTPD_EXTERN_C_BEGIN\nHTTPD_API uint32_t httpd_request_future(const httpd_request* request);"
  print "HTTPD_EXTERN_C_END"
}
{ print }
