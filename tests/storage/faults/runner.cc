#include "tests/storage/faults/runner.h"

#include <stdexcept>

#include <unistd.h>

#include "tests/storage/faults/disk/layer.h"
#include "tests/storage/faults/disk/names.h"

namespace postbag::storage::test {

namespace {

std::filesystem::path fast_directory() {
  const std::filesystem::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

RunDirectory::RunDirectory() {
  std::string pattern = (fast_directory() / "postbag-faults-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = std::filesystem::canonical(pattern);
}

RunDirectory::~RunDirectory() { std::filesystem::remove_all(path_); }

Runner::Runner(StoreOptions options) : options_(std::move(options)) { draw_names_from(1); }

PagedStore& Runner::opened() {
  if (!store_) store_ = sqlite::open_store(options_);
  return *store_;
}

void Runner::run(const Step& step) {
  using enum Step::What;
  switch (step.what) {
    case open: opened(); return;
    case commit: run_group(step.deeds); return;
    case checkpoint: opened().maintainer().copy_log(); return;
    case collect_garbage:
      opened().collect_garbage(100, std::chrono::seconds(0));
      opened().maintainer().shrink(0);
      return;
    case close: store_.reset(); return;
  }
}

void Runner::run_group(const std::vector<Deed>& deeds) {
  auto& store = opened();
  std::vector<std::unique_ptr<WriteOf<Body>>> writes;
  std::vector<Write*> group;
  for (const auto& deed : deeds) {
    writes.push_back(std::make_unique<WriteOf<Body>>(deed(store)));
    group.push_back(writes.back().get());
  }
  store.commit(group);
  std::size_t failed = 0;
  for (const auto* write : group) failed += write->failure() ? 1 : 0;
  if (failed == 0) return;
  if (failed < group.size()) throw std::logic_error("a part of a group commit was acknowledged");
  std::rethrow_exception(group.front()->failure());
}

const AccountState& References::after(const Done& done) {
  if (const auto known = known_.find(done); known != known_.end()) return known->second;
  const RunDirectory directory;
  write_tree(scenario_.start, directory.path());
  Runner runner(store_options(directory.path()));
  for (std::size_t i = 0; i < done.size(); ++i)
    if (done[i]) runner.run(scenario_.steps[i]);
  runner.run({Step::What::open});
  return known_.emplace(done, read_account(*runner.store())).first->second;
}

}  // namespace postbag::storage::test
