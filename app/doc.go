// Command folkmoot runs citizens' juries, assemblies and standing panels for
// public bodies: from the promise to the verified change.
//
// Many instances may share one store. What one of them keeps in memory beside
// what it is just doing, and how long it may differ from what another wrote or
// erased:
//
//	opened keys of persons and numbers    app/vault.DefaultRecheck (2 s); then the keyring is asked, and a key that was destroyed opens nothing
//	the root keys                         2 s as well, looked at all the while (app/vault.Vault.Follow)
//	texts between the door and the        2 s; then the store is asked whether the text still opens and waits (bots/sms, frameLife)
//	workers
//	processes' references, what texts     1 s (memoryLife); nothing personal
//	say of them
//	what public pages were made of        10 s, and only while the process's record has the same head; nothing that is not published
//	counts of people above 5,000          a second for each 5,000, at most a minute; no persons
//	the persons of the last draw's pool   until another draw is asked about; their ids alone, to tell who was not picked
//	the heads of the audit chains         until an entry conflicts; the audit log holds nothing personal
//	keys of repeated commands             the last 20,000, with a hash of what they came with
//	callers' addresses                    at most 50,000, to slow down who asks too often; never stored
//	leases, templates, statements, zones  nothing personal
//	simulated phones, mailbox and Slack   for good; only where nothing is really sent
//
// Who somebody is shows nowhere any more from the moment that another instance
// has erased them, for the person's row is read each time and is blank. What
// was said with them may show for the two seconds of their key. TestAStoppedProgramWakesUp
// holds both with the clock, and stops an instance at every call of its stores
// while another one does its work, or erases whom it has in hand.
package main
