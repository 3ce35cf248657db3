// A broken world, as storage reports it. Expected outcomes are postbag::Error values instead.
#pragma once

#include <stdexcept>

namespace postbag::storage {

/// Something outside of mail's own rules failed; the message is for the log.
class Broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// No room left on the disk. What was asked for was rolled back; reading goes on, later writes may succeed.
class DiskFull : public Broken {
 public:
  using Broken::Broken;
};

/// It cannot be done now, because descriptors ran out or who is in the way has not let go yet. Nothing is broken,
/// and what was asked for was rolled back: later it may succeed.
class Unavailable : public Broken {
 public:
  using Broken::Broken;
};

/// What is stored contradicts itself or its checksum.
class Corrupt : public Broken {
 public:
  using Broken::Broken;
};

/// What has to be there is not: a volume that is not mounted, a copy that is not complete.
class Missing : public Broken {
 public:
  using Broken::Broken;
};

/// What is there belongs to another account.
class Foreign : public Broken {
 public:
  using Broken::Broken;
};

/// The file was written by a newer postbag than this one.
class TooNew : public Broken {
 public:
  using Broken::Broken;
};

/// Another process holds what was to be opened.
class InUse : public Broken {
 public:
  using Broken::Broken;
};

/// A sync or a commit failed before, so this store does nothing any more: after a failed fsync nobody knows what is
/// on the disk. Open it again.
class StoreFailed : public Broken {
 public:
  using Broken::Broken;
};

}  // namespace postbag::storage
