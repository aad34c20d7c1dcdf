// Result<T>: a value or an Error. The project throws nothing across its own interfaces; the document
// readers in base are the only doors of yaml-cpp's, toml++'s and nlohmann/json's exceptions.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace meetlat {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

// return fail(ErrorCode::kParse, "list.yml:3:7: duplicate key 'id'");
inline tl::unexpected<Error> fail(ErrorCode code, std::string context) {
  return tl::unexpected<Error>(Error{code, std::move(context)});
}
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace meetlat
