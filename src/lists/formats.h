// The formats, one file each; registry.cpp puts them in order.
#pragma once

#include "lists/list_source.h"

namespace meetlat {

const ListSource& known_instances_source() noexcept;  // data/known-instances.json's own schema
const ListSource& own_list_source() noexcept;         // what `meetlat list --format json` writes
const ListSource& json_source() noexcept;
const ListSource& userscript_source() noexcept;  // @match patterns
const ListSource& html_source() noexcept;
const ListSource& text_source() noexcept;  // one host or URL a line
const ListSource& csv_source() noexcept;
const ListSource& toml_source() noexcept;
const ListSource& markdown_source() noexcept;
const ListSource& yaml_source() noexcept;
const ListSource& code_source() noexcept;  // arrays in program text; the last resort

}  // namespace meetlat
