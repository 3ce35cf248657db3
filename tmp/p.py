s=open('tests/embed/full_disk_test.cc').read()
s=s.replace('''  room = 0;
  CHECK(contains(append(client, message), "t NO [OVERQUOTA]"));
  CHECK(contains(client.run("STORE''','''  room = 0;
  CHECK(contains(append(client, message), "t NO [OVERQUOTA]"));
  MESSAGE(room.load());MESSAGE(std::filesystem::file_size(reserve));
  MESSAGE(client.run("STORE 1:* +FLAGS.SILENT (\\\\Deleted)"));
  MESSAGE(room.load());
  CHECK(contains(client.run("STORE''')
open('tests/embed/full_disk_test.cc','w').write(s)
