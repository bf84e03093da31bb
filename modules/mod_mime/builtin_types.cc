// SPDX-License-Identifier: Apache-2.0
//
// The media types that need no file: what web sites are made of, with the names registered at IANA
// or, for the newer ones, in the WHATWG MIME Sniffing and HTML standards.
#include "types_file.h"

namespace mod_mime {

std::string_view BuiltinTypes() {
  return R"(
text/html html htm shtml
text/css css
text/javascript js mjs
text/plain txt text log conf
text/csv csv
text/markdown md markdown
text/calendar ics
text/vcard vcf
text/vtt vtt
text/xml xml xsl
text/x-c c h cc cpp hpp
application/json json map
application/ld+json jsonld
application/manifest+json webmanifest
application/xhtml+xml xhtml xht
application/rss+xml rss
application/atom+xml atom
application/wasm wasm
application/pdf pdf
application/postscript ps eps ai
application/rtf rtf
application/epub+zip epub
application/zip zip
application/gzip gz tgz
application/x-bzip2 bz2
application/x-xz xz
application/zstd zst
application/x-7z-compressed 7z
application/vnd.rar rar
application/x-tar tar
application/java-archive jar
application/vnd.debian.binary-package deb
application/x-rpm rpm
application/vnd.android.package-archive apk
application/octet-stream bin exe dll iso img dmg so
application/x-sh sh
application/sql sql
application/msword doc
application/vnd.ms-excel xls
application/vnd.ms-powerpoint ppt
application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
application/vnd.oasis.opendocument.text odt
application/vnd.oasis.opendocument.spreadsheet ods
application/vnd.oasis.opendocument.presentation odp
image/png png
image/jpeg jpg jpeg jpe
image/gif gif
image/webp webp
image/avif avif
image/svg+xml svg svgz
image/x-icon ico
image/bmp bmp
image/tiff tif tiff
image/heic heic
image/apng apng
font/woff woff
font/woff2 woff2
font/ttf ttf
font/otf otf
application/vnd.ms-fontobject eot
audio/mpeg mp3
audio/ogg ogg oga opus
audio/wav wav
audio/flac flac
audio/mp4 m4a
audio/aac aac
audio/midi mid midi
video/mp4 mp4 m4v
video/webm webm
video/ogg ogv
video/mpeg mpeg mpg
video/quicktime mov
video/x-msvideo avi
video/x-matroska mkv
video/mp2t ts
application/vnd.apple.mpegurl m3u8
)";
}

}  // namespace mod_mime
