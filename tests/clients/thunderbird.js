// What tests/clients/thunderbird.py has Thunderbird do, inside its own process. Ends are waited for by looking: the listeners
// of these interfaces change from one version to the next.

const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");

// What `look` gives as soon as it gives something. Who called ends the waiting at its own deadline.
async function until(look) {
  for (;;) {
    const found = look();
    if (found) return found;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

// Trusts an authority to name servers; its certificate is the text between the lines of a PEM file.
function trust(certificate) {
  Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(certificate, "C,,");
}

// An IMAP account on localhost; connect() logs in to it. `security` is "plain", "alwaysSTARTTLS" or "SSL".
function addAccount(user, password, port, security) {
  const server = MailServices.accounts.createIncomingServer(user, "localhost", "imap");
  server.port = port;
  server.socketType = Ci.nsMsgSocketType[security];
  server.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
  server.password = password;
  const account = MailServices.accounts.createAccount();
  account.addIdentity(MailServices.accounts.createIdentity());
  account.incomingServer = server;
}

function imapServer() {
  return MailServices.accounts.accounts.map(account => account.incomingServer).find(server => server.type == "imap");
}

// What the server calls a folder.
function nameOf(folder) {
  return folder.QueryInterface(Ci.nsIMsgImapMailFolder).onlineName;
}

// The folder of this name, when the server has told of it.
function folder(name) {
  return until(() => imapServer().rootFolder.subFolders.find(folder => nameOf(folder) == name));
}

function header(folder, subject) {
  return until(() => [...folder.messages].find(header => header.mime2DecodedSubject == subject));
}

function connect() {
  imapServer().performExpand(mainWindow().msgWindow);
}

function mainWindow() {
  return Services.wm.getMostRecentWindow("mail:3pane");
}

// The names of all folders at the top, once the server has told of `last`.
async function folders(last) {
  await folder(last);
  return imapServer().rootFolder.subFolders.map(nameOf);
}

// Opens a folder and a message in it as a click would, and gives the text that is shown.
async function read(folderName, subject) {
  const tab = await until(() => mainWindow().document.getElementById("tabmail")?.currentAbout3Pane);
  const from = await folder(folderName);
  tab.displayFolder(from.URI);
  const wanted = await header(from, subject);
  await until(() => tab.gDBView?.findIndexOfMsgHdr(wanted, true) < tab.gDBView?.rowCount);
  tab.threadTree.selectedIndex = tab.gDBView.findIndexOfMsgHdr(wanted, true);
  const shown = await until(() => tab.messageBrowser?.contentWindow?.msgLoaded && tab.messageBrowser.contentWindow);
  return shown.getMessagePaneBrowser().contentDocument.body.textContent;
}

async function move(subject, fromName, toName) {
  const from = await folder(fromName);
  MailServices.copy.copyMessages(from, [await header(from, subject)], await folder(toName), true, null,
                                 mainWindow().msgWindow, false);
}

// Puts the mail in the file `path` into a folder, as a copy of what was sent.
async function keep(path, toName) {
  const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  file.initWithPath(path);
  MailServices.copy.copyFileMessage(file, await folder(toName), null, false, Ci.nsMsgMessageFlags.Read, "", null,
                                    mainWindow().msgWindow);
}
