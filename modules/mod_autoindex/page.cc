// SPDX-License-Identifier: Apache-2.0
//
// The page of a listing. Everything that comes from the directory or from the client is escaped;
// what the operator configured as HTML is not.
#include "page.h"

namespace mod_autoindex {
namespace {

class Writer {
 public:
  Writer(const Page& page, PoolText* out) : page_(page), out_(*out) {
    for (size_t i = 0; i < page.count; ++i) {
      descriptions_ = descriptions_ || !page.entries[i].description.empty();
    }
    descriptions_ = descriptions_ && !Has(kSuppressDescription);
  }

  void Run() {
    const bool own_preamble = Has(kSuppressPreamble) && !page_.header.empty();
    if (!own_preamble) Preamble();
    if (!own_preamble) out_.append("<body>\n");
    if (!Has(kSuppressIcon) && Has(kFancyIndexing)) out_.append(Symbols());
    out_.append("<main>\n");
    if (!page_.header.empty()) {
      Text(page_.header, page_.header_is_text);
    } else {
      Heading();
    }
    size_t shown = 0;
    if (Has(kFancyIndexing)) {
      shown = Table();
    } else {
      shown = List();
    }
    Notes(shown);
    if (!page_.readme.empty()) Text(page_.readme, page_.readme_is_text);
    out_.append("</main>\n</body></html>\n");
  }

 private:
  bool Has(uint32_t option) const { return (page_.options & option) != 0; }

  void Preamble() {
    out_.append("<!DOCTYPE html>\n<html lang=\"en\"><head>\n<meta charset=\"");
    AppendHtml(page_.charset, &out_);
    out_.append(
        "\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<title>Index of ");
    AppendHtml(page_.path, &out_);
    out_.append("</title>\n<style>\n").append(Style()).append("\n</style>\n");
    if (!page_.style_sheet.empty()) {
      out_.append("<link rel=\"stylesheet\" href=\"");
      AppendHtml(page_.style_sheet, &out_);
      out_.append("\">\n");
    }
    if (!page_.head_insert.empty()) out_.append(page_.head_insert).append("\n");
    out_.append("</head>\n");
  }

  // "Index of /a/b/" with a link behind each segment.
  void Heading() {
    out_.append("<h1>Index of <a href=\"/\">/</a>");
    size_t start = 1;
    while (start < page_.path.size()) {
      const size_t slash = page_.path.find('/', start);
      if (slash == std::string_view::npos) break;
      out_.append("<a href=\"");
      // One slash at the front, whatever the path has: "//x" would be another host.
      out_.push_back('/');
      AppendEncodedPath(page_.path.substr(0, slash + 1));
      out_.append("\">");
      AppendHtml(page_.path.substr(start, slash - start), &out_);
      out_.append("</a>/");
      start = slash + 1;
    }
    out_.append("</h1>\n");
  }

  void AppendEncodedPath(std::string_view path) {
    while (!path.empty() && path.front() == '/') path.remove_prefix(1);
    while (!path.empty()) {
      const size_t slash = path.find('/');
      AppendHref(path.substr(0, slash), &out_);
      if (slash == std::string_view::npos) return;
      out_.push_back('/');
      path.remove_prefix(slash + 1);
    }
  }

  void Text(std::string_view text, bool escape) {
    if (!escape) {
      out_.append(text).append("\n");
      return;
    }
    out_.append("<pre>");
    AppendHtmlText(text, &out_);
    out_.append("</pre>\n");
  }

  void Icon(std::string_view symbol) {
    if (Has(kSuppressIcon)) return;
    out_.append("<svg class=\"").append(symbol).append("\" aria-hidden=\"true\"><use href=\"#");
    out_.append(symbol).append("\"/></svg>");
  }

  void ColumnHead(char column, std::string_view style, std::string_view title) {
    const bool current = page_.order.column == column;
    out_.append("<th scope=\"col\" class=\"").append(style).append("\"");
    if (current && !Has(kSuppressColumnSorting)) {
      out_.append(" aria-sort=\"").append(page_.order.descending ? "descending" : "ascending");
      out_.append("\"");
    }
    out_.append(">");
    if (Has(kSuppressColumnSorting)) {
      out_.append(title).append("</th>");
      return;
    }
    out_.append("<a href=\"").append(page_.base).append("?C=");
    out_.push_back(column);
    out_.append(current && !page_.order.descending ? ";O=D" : ";O=A");
    if (!page_.pattern.empty()) {
      out_.append(";P=");
      AppendHtml(page_.pattern, &out_);
    }
    out_.append("\">").append(title).append("</a></th>");
  }

  void Head() {
    out_.append("<table>\n<thead><tr>");
    ColumnHead('N', "n", "Name");
    if (!Has(kSuppressLastModified)) ColumnHead('M', "m", "Last modified");
    if (!Has(kSuppressSize)) ColumnHead('S', "s", "Size");
    if (descriptions_) ColumnHead('D', "d", "Description");
    out_.append("</tr></thead>\n<tbody>\n");
  }

  void OpenLink(const Entry& entry) {
    out_.append("<a href=\"").append(page_.base);
    AppendHref(entry.name, &out_);
    out_.append(entry.directory ? "/\">" : "\">");
  }

  void NameCell(const Entry& entry) {
    out_.append("<td class=\"n\">");
    if (Has(kIconsAreLinks)) OpenLink(entry);
    Icon(SymbolOf(entry));
    if (!Has(kIconsAreLinks)) OpenLink(entry);
    out_.append("<span>");
    AppendHtml(entry.name, &out_);
    out_.append(entry.directory ? "/</span></a></td>" : "</span></a></td>");
  }

  void TimeCell(const Entry& entry) {
    out_.append("<td class=\"m\"><time datetime=\"");
    AppendDate(entry.mtime, &out_);
    out_.append("T");
    AppendClock(entry.mtime, &out_);
    out_.append("Z\">");
    AppendDate(entry.mtime, &out_);
    out_.append("<i> ");
    AppendClock(entry.mtime, &out_);
    out_.append("</i></time></td>");
  }

  void SizeCell(const Entry& entry) {
    if (entry.directory) {
      out_.append("<td class=\"s\">-</td>");
      return;
    }
    out_.append("<td class=\"s\" title=\"");
    AppendNumber(static_cast<uint64_t>(entry.size), &out_);
    out_.append(entry.size == 1 ? " byte\">" : " bytes\">");
    AppendSize(entry.size, &out_);
    out_.append("</td>");
  }

  void Row(const Entry& entry) {
    out_.append("<tr>");
    NameCell(entry);
    if (!Has(kSuppressLastModified)) TimeCell(entry);
    if (!Has(kSuppressSize)) SizeCell(entry);
    if (descriptions_) out_.append("<td class=\"d\">").append(entry.description).append("</td>");
    out_.append("</tr>\n");
  }

  std::string_view ParentLink() const { return page_.base.empty() ? "../" : "./"; }

  size_t Table() {
    Head();
    if (page_.path.size() > 1) {
      out_.append("<tr><td class=\"n\">");
      Icon("up");
      out_.append("<a href=\"").append(ParentLink()).append("\">Parent directory</a></td>");
      if (!Has(kSuppressLastModified)) out_.append("<td class=\"m\"></td>");
      if (!Has(kSuppressSize)) out_.append("<td class=\"s\"></td>");
      if (descriptions_) out_.append("<td class=\"d\"></td>");
      out_.append("</tr>\n");
    }
    size_t shown = 0;
    while (shown < page_.count && out_.size() < kMaxPage) Row(page_.entries[shown++]);
    out_.append("</tbody></table>\n");
    return shown;
  }

  size_t List() {
    out_.append("<ul>\n");
    if (page_.path.size() > 1) {
      out_.append("<li><a href=\"").append(ParentLink()).append("\">Parent directory</a></li>\n");
    }
    size_t shown = 0;
    for (; shown < page_.count && out_.size() < kMaxPage; ++shown) {
      const Entry& entry = page_.entries[shown];
      out_.append("<li>");
      OpenLink(entry);
      AppendHtml(entry.name, &out_);
      out_.append(entry.directory ? "/</a></li>\n" : "</a></li>\n");
    }
    out_.append("</ul>\n");
    return shown;
  }

  void Notes(size_t shown) {
    if (!page_.more && shown == page_.count) {
      if (page_.count == 0) out_.append("<p class=\"note\">Nothing to show.</p>\n");
      return;
    }
    out_.append("<p class=\"note\">Only ");
    AppendNumber(shown, &out_);
    out_.append(" entries are shown; this directory has more.</p>\n");
  }

  const Page& page_;
  PoolText& out_;
  bool descriptions_ = false;
};

}  // namespace

void AppendPage(const Page& page, PoolText* out) { Writer(page, out).Run(); }

}  // namespace mod_autoindex
