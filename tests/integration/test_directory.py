"""The directory at work: holds that stop live sessions, redirects after a merger, parties outside
their time, reloads that count at once or not at all.
"""

import subprocess

import pytest
from exchange_client import ConnectionEnded
from harness import GP, HOSPITAL, MUNICIPALITY, ORGANISATIONS, organisation, party, running
from harness import usual_parties
from messages import apprec, codes, discharge_note, new_id

OLD, NEW, LATER = "1002", "1003", "1004"
NEW_OWNER = "999000008"
# The municipality acts for all three, so that only their dates stand in the way.
MERGED = usual_parties().replace(
    f'acts_for = ["{MUNICIPALITY}"]', f'acts_for = ["{MUNICIPALITY}", "{OLD}", "{LATER}"]'
) + organisation(NEW_OWNER, [NEW]) + party(
    NEW, NEW_OWNER, "municipality") + party(
    OLD, ORGANISATIONS[MUNICIPALITY], "municipality",
    extra=f'valid_until = 2020-01-01\nredirect_to = "{NEW}"\nredirect_from = 2020-01-01') + party(
    LATER, ORGANISATIONS[MUNICIPALITY], "municipality", extra="valid_from = 2090-01-01")


def test_a_hold_ends_live_sessions_and_a_release_lets_everything_go_on(broker):
    with broker.client(HOSPITAL) as hospital:
        waiting = hospital.submit(discharge_note(HOSPITAL, GP))
        with broker.client(GP) as gp:
            broker.change("party", "hold", GP)
            assert gp.wait_for_end().reason == "HELD"
        broker.wait_event("session_refused_held", organisation=ORGANISATIONS[GP])
        with pytest.raises(ConnectionEnded) as ended:
            broker.client(GP)
        assert ended.value.reason == "HELD"
        refused = hospital.submit(discharge_note(HOSPITAL, GP))
        assert codes(refused) == ["recipient.held"]
        assert broker.ctl("status")["held_parties"] == [GP]
        broker.change("party", "release", GP)
        with broker.client(GP) as gp:
            gp.subscribe(GP)
            assert gp.delivery().message.broker_id == waiting.broker_id


def test_a_hold_outlives_a_restart(broker):
    broker.change("party", "hold", GP)
    broker.restart()
    with pytest.raises(ConnectionEnded) as ended:
        broker.client(GP)
    assert ended.value.reason == "HELD"


def test_a_held_party_of_several_loses_its_subscription_only(folder, pki):
    both = organisation("999000007", ["5001", "5002"]) + party("5001", "999000007") + party(
        "5002", "999000007")
    with running(folder, pki, usual_parties() + both) as broker:
        with broker.client_of("999000007") as vendor, broker.client(HOSPITAL) as hospital:
            vendor.subscribe("5001")
            vendor.subscribe("5002")
            broker.change("party", "hold", "5001")
            receipt = hospital.submit(discharge_note(HOSPITAL, "5002"))
            assert vendor.delivery().message.broker_id == receipt.broker_id
            assert [(u.her_id, u.reason) for u in vendor.unasked] == [("5001", "held")]
            mine = vendor.submit(discharge_note("5001", HOSPITAL))
            assert codes(mine) == ["submission.sender_held"]


def test_after_a_merger_the_successor_gets_the_mail_and_may_give_the_receipt(folder, pki):
    with running(folder, pki, MERGED) as broker, broker.client(HOSPITAL) as hospital:
        message_id = new_id()
        receipt = hospital.submit(discharge_note(HOSPITAL, OLD, message_id=message_id))
        assert receipt.outcome == receipt.ACCEPTED
        assert [(r.her_id, r.redirected_to) for r in receipt.recipients] == [(OLD, NEW)]
        assert hospital.may_i_send(HOSPITAL, OLD, "EPIKRISE").redirected_to == NEW
        with broker.client_of(NEW_OWNER) as successor:
            successor.subscribe(NEW)
            delivery = successor.delivery()
            assert (delivery.her_id, delivery.message.recipient) == (NEW, OLD)
            successor.settle(delivery)
            answer = successor.submit(apprec(NEW, HOSPITAL, message_id))
            assert answer.outcome == answer.ACCEPTED
        (delivery,) = hospital.status(broker_id=receipt.broker_id).deliveries
        assert (delivery.her_id, delivery.redirected_to, delivery.state) == (OLD, NEW, "confirmed")


def test_parties_outside_their_time_get_a_clear_answer_at_once(folder, pki):
    with running(folder, pki, MERGED) as broker, broker.client(HOSPITAL) as hospital:
        receipt = hospital.submit(discharge_note(HOSPITAL, LATER))
        assert codes(receipt) == ["recipient.not_valid_now"]
        with broker.client(MUNICIPALITY) as municipality:
            for sender in (OLD, LATER):
                receipt = municipality.submit(discharge_note(sender, GP))
                assert codes(receipt) == ["submission.sender_not_valid_now"]
        broker.write_directory(MERGED.replace(f'redirect_to = "{NEW}"\nredirect_from = 2020-01-01',
                                              ""))
        broker.reload()
        assert codes(hospital.submit(discharge_note(HOSPITAL, OLD))) == ["recipient.not_valid_now"]


def assert_not_registered(broker, her_id, event):
    with pytest.raises(ConnectionEnded) as ended:
        broker.client(her_id)
    assert ended.value.reason == "NOT_REGISTERED"
    broker.wait_event(event, organisation=ORGANISATIONS[her_id])


def test_an_organisation_outside_its_time_is_not_let_in(folder, pki):
    number = ORGANISATIONS[GP]
    parties = usual_parties().replace(
        organisation(number, [GP]), organisation(number, [GP], "valid_until = 2020-01-01"))
    with running(folder, pki, parties) as broker:
        assert_not_registered(broker, GP, "session_refused_organisation_not_valid")
        broker.client(HOSPITAL).close()


def test_only_the_certificates_that_the_directory_lists_are_let_in(folder, pki):
    number = ORGANISATIONS[GP]
    certificate, _ = pki.issue(f"org-{number}", number)
    shown = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"],
        capture_output=True, text=True, check=True).stdout
    listed = f'certificates = ["{shown.strip().partition("=")[2]}"]'
    parties = usual_parties().replace(
        organisation(number, [GP]), organisation(number, [GP], listed))
    with running(folder, pki, parties) as broker:
        with broker.client(GP) as gp:
            gp.subscribe(GP)
            other = f'certificates = ["{"0" * 64}"]'
            broker.write_directory(parties.replace(listed, other))
            broker.reload()
            assert gp.wait_for_end().reason == "NOT_REGISTERED"
        assert_not_registered(broker, GP, "session_refused_certificate_not_registered")


def test_a_reload_counts_at_once_for_live_sessions(broker):
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        gp.subscribe(GP)
        assert codes(hospital.submit(discharge_note(HOSPITAL, NEW))) == ["recipient.unknown"]
        without_gp = usual_parties().replace(f'acts_for = ["{GP}"]', "acts_for = []")
        broker.write_directory(
            without_gp + organisation(NEW_OWNER, [NEW]) + party(NEW, NEW_OWNER))
        broker.reload()
        assert hospital.submit(discharge_note(HOSPITAL, NEW)).outcome == 1
        # It acts for nobody any more: the whole session ends.
        gp.wait_for_end()
        assert hospital.submit(discharge_note(HOSPITAL, GP)).outcome == 1


def test_a_directory_with_a_fault_changes_nothing(broker):
    good = usual_parties()
    broker.write_directory(good + party(NEW, NEW_OWNER))  # no such organisation
    done = broker.ctl_raw("reload", "--reason", "test")
    assert done.returncode == 1
    assert "parties.toml:" in done.stdout
    broker.wait_event("reload_refused")
    with broker.client(HOSPITAL) as hospital:
        assert hospital.submit(discharge_note(HOSPITAL, GP)).outcome == 1
