#include "server/failures.h"

#include "storage/errors.h"

namespace postbag::server {

namespace {

Cause cause_of(Error error) {
  switch (error) {
    case Error::no_such_account: return Cause::no_such_account;
    case Error::account_exists: return Cause::account_exists;
    case Error::invalid_account_name:
    case Error::invalid_name:
    case Error::name_too_long: return Cause::invalid_name;
    case Error::no_such_mailbox:
    case Error::mailbox_gone: return Cause::no_such_mailbox;
    case Error::message_too_big: return Cause::message_too_big;
    default: return Cause::refused;
  }
}

}  // namespace

Failure failure_of(Error error) {
  // A host can cause it only with NUL: Content-Transfer-Encoding concerns only clients that fetch.
  if (error == Error::unknown_encoding) return {Cause::invalid_message, "a message cannot contain NUL"};
  return {cause_of(error), std::string(to_string(error))};
}

Failure failure_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const storage::InUse& e) {
    return {Cause::in_use, e.what()};
  } catch (const std::exception& e) {
    return {Cause::broken, e.what()};
  } catch (...) {
    return {Cause::broken, "unknown exception"};
  }
}

}  // namespace postbag::server
