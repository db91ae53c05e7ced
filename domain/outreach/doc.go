// Package outreach keeps every exchange with a resident's phone, with their
// mailbox where they asked for emails, and with their letterbox where they
// have neither: who opted out, which conversations
// are open, what is waiting to be sent, what came in, what needs a person,
// and the waves that reach many people.
//
// What always holds:
//
//   - A number is one document ([Number]): its opt-outs, its conversations and
//     its unsent messages. A STOP and a claim for sending therefore compete
//     for one version, and STOP wins whatever is not in flight.
//     A mailbox is kept like a number, in lanes of its own; a STOP by text
//     ends texts, and the link in an email ends emails.
//   - An inbound event is stored under provider:kind:external id before anyone
//     is told that it arrived ([Service.Receive]), and its outcome is one
//     write of the number ([Service.Step]). Processing it again changes
//     nothing: the number remembers the last events it took in.
//   - A message's id is derived from what it is about, so asking twice sends
//     once. The attempt is written before the call to the gateway; after a
//     crash the message is unknown, never simply pending, and is looked for
//     before it is sent again. A decision is never sent again without a
//     person.
//   - When a person has another number or mailbox, what is theirs leaves the old
//     one in a single write and goes on at the new one; whoever texts from the
//     old one then is a stranger. Others who share it stay. A wish to get no
//     texts goes along, unless the change was asked for from that number.
//   - When a person leaves, by whichever door, what a text was asking them ends,
//     and what waited for them is dropped.
//   - Message text, raw events, conversation states and the number itself are
//     sealed under the number's own key and go with it. The keyed hash and the
//     opt-outs stay. A number keeps the ids of those who have moved on, so
//     that erasing one of them reaches what was said here.
//
// Bounds, and what happens there: a number holds [MaxOutbox] unsent messages
// (further bulk waits, a further reply replaces the oldest waiting reply),
// [MaxConversations] conversations (the one longest untouched is closed),
// [MaxOptOuts] opt-outs by process (then it is opted out of everything),
// [MaxPeople] people (the one longest unheard of is forgotten here, not in
// its process), and rings of [MaxSeen] events and [MaxSent] settled messages.
//
// Within [AnswersWindow] a number gets [MaxAnswers] replies and puts
// [MaxPassed] texts before a person; what it texts beyond is kept and becomes
// one item of the queue. What is pending for other services waits in the
// document; should the relay be away so long that a document is full, further
// events wait in the store until it is back.
//
// The package sends nothing, parses no provider's format and knows no flow:
// bots/sms does. It writes no words: a [Voice] does.
package outreach
