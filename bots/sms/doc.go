// Package sms carries conversations over the text message gateways.
//
// Four parts, each usable alone:
//
//   - [Inbox] takes a provider's webhook: it checks the signature, keeps the
//     event, and only then says so. Its workers take each event into the
//     number's document in one write.
//   - [Desk] decides which conversation a text belongs to, has
//     bots/dialogue step it, and puts messages of ours into words.
//   - [Outbox] sends: it claims a message in competition with STOP, writes
//     that the attempt has begun, calls the gateway, and never sends again
//     what may have gone out without looking for it.
//   - [Dispatcher] carries out what residents ask for by calling the domain's
//     services under the event's own key.
//
// Which conversation a text belongs to: the one it names by a word or a code;
// else the one whose question was the answer to the resident's own text; else
// the one that asked last, if no other asked within a day. A text that would
// otherwise be taken for an answer is kept, and the resident is asked which
// jury, or which person of a household, it is for. STOP, HELP, questions and
// words of danger need no asking; a STOP that may be meant for several reaches
// all of them.
//
// What always holds: nothing is acknowledged before it is durable; an event
// has its effect once, however often it comes and wherever a crash strikes;
// events of one number are taken in the order in which they came, within one
// instance; STOP wins over everything that is not in flight.
//
// Promise about sending: at least once, and twice only when a message was
// unknown, could not be found at the provider in two looks five minutes apart,
// and was sent again: the message then says so (resent), and the count of
// these is a metric. A message that tells a decision is not sent again
// without a person.
//
// A paused process says nothing unasked and lets nothing run out; replies
// count. One that was cancelled asks nothing more, whatever was open. What
// somebody texts after a person wrote to them is taken for an answer to the
// open question only when it is a digit.
//
// What goes wrong, and the tests that count what comes of it. Each is of this
// package but those named with another.
//
//	                       a text in                                  a report                                      a message out
//	twice, eight at once   TestCopiesOfAWebhookAreOneMessage          TestMishapsOfReports                          TestDoubleSends
//	out of order, late     TestTextsThatComeLateAndOutOfOrder         TestMishapsOfReports,                         TestWhatIsTooLateIsNotSent
//	                                                                  TestReportsComeInAnyOrderAndMoreThanOnce
//	our answer is cut      TestCopiesOfAWebhookAreOneMessage          TestMishapsOfReports                          (the provider's: next row)
//	cut, 5xx, 429, lost    TestWhatWebhooksMissIsFetched, TestAnOutageOfHoursLosesNothing  TestReportsThatAreLostChangeNothing           TestEveryMishapOfARealProtocolSendsOnce, TestMailMishaps
//	slow                   TestTheBacklogIsBoundedAndTheStoreKnowsTheRest  TestReportsFasterThanTheyAreWorkedOn     gateway.TestTwilioSlow, gateway.TestWhatAnEmailCameTo
//	a crash at any write   TestACrashAtAnyStoreOperationLosesAndDoublesNothing, for all three             ... and TestACrashBetweenClaimAndAnswerIsUnknownNotPending
//	the store is away      TestNothingIsAcknowledgedWhileTheStoreIsAway  TestMishapsOfReports                       TestACrashAtAnyStoreOperationLosesAndDoublesNothing
//	a clock that is off    gateway.TestGenericWindow                  gateway.TestGenericWindow                     gateway.TestNotifyKeyTrouble
//	a program stands still (in app) TestAStoppedProgramWakesUp, for all three; TestAProgramThatIsToldToStopFinishesWhatItSends
//	another number         people.TestANumberThatChangedHandsIsAStrangers                                          TestACrashWhileANumberChangesLosesAndDoublesNothing, TestAMessageOvertakenByAChangeOfNumber
//	STOP in between        TestStopAtEveryStepOfEveryFlow             TestMishapsOfReports                          TestStopWinsWhateverIsNotInFlight, TestLeavingCompetesWithTheClaim
//
// Of Slack's events and forms: TestSignatures (clock), TestMishapsOfAModal, TestForgedAndMalformedRequests,
// TestRightsAreAskedAgainAtSubmission and TestANoticeIsPostedOnceWhateverSlackDoes
// in bots/slack. Odd texts: TestWhateverComesThroughTheDoor; odd numbers:
// gateway.TestNumber.
//
// The package keeps no state of its own but the queue between the door and
// the workers, which may be lost: the store knows what is unprocessed. It
// knows no provider (gateway does) and no rule of the domain.
package sms
