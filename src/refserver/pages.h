// The generated pages of a persona: scripts, templates, policy. Text still holds {{host}}, {{parent}} and {{port}}.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "refserver/persona.h"

namespace meetlat {

// A value as JavaScript source; maps and lists over several lines with trailing commas. A string that starts with "js:"
// is written as the expression that follows.
std::string render_js(const Doc& value, int indent = 0);

std::string render_config_js(const Persona& persona);
std::string render_interface_config_js(const Persona& persona);

// "en", "de", ...: the language of the persona's policy document and of the labels around it.
std::string language_of(const Persona& persona);
// The published document: sections of `without` removed, names filled in where they are known.
std::string render_policy_html(const Persona& persona);
// The links to policy and imprint as they stand on the welcome page or in the parent's footer; "" when there are none.
std::string render_links(const Persona& persona, std::string_view place);
std::string render_welcome_content(const Persona& persona);
std::string policy_url(const Persona& persona);  // "https://{{host}}{{port}}/static/privacy.html", or ""

// A valid WebAssembly module that exports nothing.
std::string minimal_wasm();
// A PDF 1.4 with that text as its text layer (Latin letters; others become '?'), one line per paragraph part.
std::string make_pdf(std::string_view title, std::string_view text);
// A PDF with one page that shows a grey area, as a picture of text does: no text layer.
std::string make_scanned_pdf();
// The visible text of simple HTML of our own: tags dropped, blocks as lines.
std::string plain_text_of(std::string_view html);

// Replaces every {{name}} by what `value` says for it; a name it answers with nullptr stays.
std::string fill_in(std::string_view text, const std::function<const std::string*(std::string_view)>& value);
// Resolves <!--#include virtual="x" --> and <!--# echo var="x" default="" --> as nginx does.
std::string process_ssi(std::string_view text, const std::function<const std::string*(std::string_view)>& file);

}  // namespace meetlat
