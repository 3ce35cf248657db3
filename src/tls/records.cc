#include "tls/records.h"

namespace postbag::tls {

namespace {

Records& records_of(BIO* bio) { return *static_cast<Records*>(BIO_get_data(bio)); }

int read(BIO* bio, char* buffer, int size) {
  BIO_clear_retry_flags(bio);
  const std::size_t taken = records_of(bio).take({buffer, static_cast<std::size_t>(size)});
  if (taken > 0) return static_cast<int>(taken);
  if (records_of(bio).is_over()) return 0;
  BIO_set_retry_read(bio);
  return -1;
}

int write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  records_of(bio).give({bytes, static_cast<std::size_t>(size)});
  return size;
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return records_of(bio).is_over() ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* make_method() {
  BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "records");
  if (method == nullptr) return nullptr;
  BIO_meth_set_read(method, read);
  BIO_meth_set_write(method, write);
  BIO_meth_set_ctrl(method, control);
  return method;
}

}  // namespace

BioPtr make_bio(Records& records) {
  static const BIO_METHOD* const method =
      make_method();  // never freed: connections may live until the process ends
  BioPtr bio(method == nullptr ? nullptr : BIO_new(method));
  if (!bio) return bio;
  BIO_set_data(bio.get(), &records);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace postbag::tls
