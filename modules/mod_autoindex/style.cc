// SPDX-License-Identifier: Apache-2.0
//
// The look of listings: one small style sheet and a few drawn symbols inside the page, so that a
// listing needs no other request and no file of its own.
#include <strings.h>

#include "page.h"

namespace mod_autoindex {

std::string_view Style() {
  return R"(:root{color-scheme:light dark;--bg:#fff;--fg:#1c1e21;--dim:#6a7079;--line:#e4e7eb;--link:#0b57d0;--row:#f4f7fb;--dir:#e2a33c}
@media(prefers-color-scheme:dark){:root{--bg:#16181c;--fg:#e6e8eb;--dim:#949ba5;--line:#2b2f36;--link:#8ab4f8;--row:#1f2329;--dir:#d9a441}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.35rem;font-weight:600;margin:0 0 1rem;overflow-wrap:anywhere}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th{font-weight:500;text-align:left;color:var(--dim);font-size:.85rem}th a{color:inherit}
th,td{padding:.45rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
tbody tr:hover{background:var(--row)}
.n{width:99%;overflow-wrap:anywhere}td.n{padding-left:calc(.5rem + 1.7em);text-indent:-1.7em}.n svg{width:1.15em;height:1.15em;margin-right:.55em;vertical-align:-.2em;color:var(--dim)}
.n svg.folder{color:var(--dir)}.n span{white-space:pre-wrap}
.m,.s{white-space:nowrap;color:var(--dim)}.s{text-align:right}.d{min-width:10rem;color:var(--dim)}
[aria-sort=ascending] a::after{content:" \25B4"}[aria-sort=descending] a::after{content:" \25BE"}
ul{padding-left:1.2rem}pre{white-space:pre-wrap;overflow-wrap:anywhere}
.note{color:var(--dim);font-size:.85rem;margin:1rem 0 0}
@media(max-width:40rem){main{padding:1rem .5rem 2rem}.m i,.d{display:none}}
.m i{font-style:normal})";
}

std::string_view Symbols() {
  return R"(<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<symbol id="up" viewBox="0 0 24 24"><path fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" d="M9 14 4 9l5-5M4 9h10a6 6 0 0 1 6 6v5"/></symbol>
<symbol id="folder" viewBox="0 0 24 24"><path fill="currentColor" d="M3 5a2 2 0 0 1 2-2h4.6l2.4 3H19a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z"/></symbol>
<symbol id="file" viewBox="0 0 24 24"><path fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" d="M6 2.9h8l5 5v13.2H6zM14 2.9v5h5"/></symbol>
<symbol id="text" viewBox="0 0 24 24"><path fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round" d="M6 2.9h8l5 5v13.2H6zM14 2.9v5h5M9 12.5h7M9 16.5h5"/></symbol>
<symbol id="image" viewBox="0 0 24 24"><path fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" d="M3 4.5h18v15H3zM3 16.5l5-5 4 4 3.5-3.5 5.5 5.5"/><circle cx="15.5" cy="8.7" r="1.5" fill="currentColor"/></symbol>
<symbol id="media" viewBox="0 0 24 24"><path fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" d="M3 4.5h18v15H3z"/><path fill="currentColor" d="m10 8.5 6 3.5-6 3.5z"/></symbol>
<symbol id="archive" viewBox="0 0 24 24"><path fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round" d="M3 4h18v4.5H3zM4.5 8.5V20h15V8.5M10 12.5h4"/></symbol>
</defs></svg>
)";
}

std::string_view SymbolOf(const Entry& entry) {
  struct Kind {
    std::string_view symbol;
    std::string_view extensions;  // each between two blanks
  };
  static constexpr Kind kKinds[] = {
      {"image", " png jpg jpeg gif webp avif svg ico bmp tif tiff heic "},
      {"media", " mp3 ogg oga opus wav flac m4a aac mid mp4 m4v webm ogv mpg mpeg mov avi mkv "},
      {"archive", " zip gz tgz bz2 xz zst 7z rar tar jar deb rpm apk iso "},
      {"text", " txt md log html htm css js mjs json xml csv c h cc cpp hpp py rs go sh conf pdf "},
  };
  if (entry.directory) return "folder";
  const size_t dot = entry.name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return "file";
  const std::string_view extension = entry.name.substr(dot + 1);
  if (extension.empty() || extension.size() > 5) return "file";
  for (const Kind& kind : kKinds) {
    size_t at = 0;
    while ((at = kind.extensions.find(' ', at)) + 1 < kind.extensions.size()) {
      ++at;
      const size_t end = kind.extensions.find(' ', at);
      if (end - at == extension.size() &&
          strncasecmp(kind.extensions.data() + at, extension.data(), extension.size()) == 0) {
        return kind.symbol;
      }
    }
  }
  return "file";
}

}  // namespace mod_autoindex
