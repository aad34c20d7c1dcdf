// The deleter of a std::unique_ptr to an object of a C library, by the function that frees it:
//   std::unique_ptr<X509, Freer<X509_free>>
#pragma once

namespace meetlat {

template <auto kFree>
struct Freer {
  template <class T>
  void operator()(T* object) const noexcept {
    kFree(object);
  }
};

}  // namespace meetlat
