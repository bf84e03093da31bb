// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "extensions.h"

namespace mod_mime {

// Reads the text of a mime.types file: on each line a media type and the extensions that mean it,
// "#" starts a comment. `text` outlives the table. Returns "" or what is wrong ("line 3: …").
std::string ParseTypes(std::string_view text, ExtensionTable* types);

// Whether `text` has the form type/subtype, with or without parameters.
bool IsMediaType(std::string_view text);

// Whether `text` may stand in a header field: not empty, printable ASCII.
bool IsFieldText(std::string_view text);

// The types known without TypesConfig, in the format of ParseTypes.
std::string_view BuiltinTypes();

}  // namespace mod_mime
