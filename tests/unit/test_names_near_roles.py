"""Names of people beside titles and roles are found in free text; ordinary words of improvement work are not held.

Belongs here: precision and recall of the screen on invented texts. Does not: places in a file (test_privacy.py).
All people, projects and texts are invented.
"""

import pytest

from orchestration.qi_logs.names import has_name_near_role
from orchestration.qi_logs.privacy import rules_hit

ORDINARY = """\
Project Lead Team
Ward Sister training
Patient Safety Incident
Lead Nurse Forum
St Mary's Hospital
Dr to review
Clinical Lead
Royal Free London
Near Miss Reporting in Theatres
Patient Initiated Follow Up
Patient Hydration Station
Patient Flow Improvement Programme
Consultant Connect Pilot
Consultant Led Ward Rounds Seven Days a Week
Consultant of the Week Model
Nurse Led Discharge
Nurse-Led Heart Failure Clinic
Nurse Associate Development Pathway
Midwife Led Unit Transfers
Midwifery Continuity of Carer
Matron Rounds and Ward Accreditation
Sister Site Visits
Contact Tracing in Outbreaks
Contact Centre Waiting Times
Lead Time for Histology
Lead: Royal Free London
Lead: Great Ormond Street
Lead: Alder Hey
Lead: North Bristol
Lead: Tower Hamlets
Lead organisation: Barts Health
Lead site - Whipps Cross
Lead: Emergency Department
Lead - Quality Improvement Team
Sponsor: Medical Director
Sponsor: Barts Charity
Owner: Maternity Unit
Contact: Switchboard
Contact: Quality Improvement Hub
Manager Toolkit for Flexible Working
Dr Foster alert on hip fracture
Dr Foster data reviewed each month
Dr Bike sessions for staff who cycle
MS Nurse Clinic Redesign
MR Safety Checklist
MR Imaging Turnaround Times
DR Screening Uptake in Hackney
Marie Curie nurses at the end of life
Florence Nightingale Ward Falls
Oliver McGowan Mandatory Training for all patient facing staff
Martha's Rule for patients and families
Patient Martha's Rule poster
Mary Seacole leaders of the future
The manager went on the Edward Jenner programme
Schwartz Rounds for all
Improving the patient Friends and Family Test
Patient Barthel Index on admission
Patient Glasgow Coma Scale documentation
The consultant Bristol Stool Chart audit
Trainee Doctor Rota Gaps
Junior Dr Handover at Night
SHO Dr Rota
GP Direct Access to Diagnostics
GP Practice Nurse Immunisation Clinics
Registrar of the Day Phone
Doctor Patient Communication
Doctors' Mess Refurbishment
Surgeon Specific Outcomes
Therapist Assistants on Stroke Ward
Pharmacist in Pre-assessment
Pharmacist Led Medicines Reconciliation
Physiotherapist First Contact Role
Carer Passport
Carer Support in Dementia
Parent Held Child Health Record
Mother and Baby Unit
Mother's Milk Matters
Father Inclusive Practice
Partner Notification in Sexual Health
Partner Stay Overnight
Brother and sister visits on the neonatal unit
Daughter cells in cytology: fewer repeats
Resident Doctors' Induction
Resident of the Day in Care Homes
Client Outcome Measures in Therapy
Volunteer Response Times
Volunteers at Mealtimes
Member Engagement
Members of the Public in Interviews
Team Leader Huddles
Leader Standard Work
Chair Based Exercise
Chair and Bed Alarms
Champion Network for Delirium
Champions: Pressure Ulcer, Falls, Nutrition
Author Guidelines for Discharge Letters
Coach and Mentor Register
Fellow and Trainee Feedback
Secretary Typing Backlog
Receptionist Care Navigation
Director of Nursing Walkabouts
Director's Cut: Sharing Stories
PI Meeting Frequency
Participant Recruitment to Trials
Employee of the Month
Applicant Experience in Recruitment
Auditor Training
Reduce the number of patients who wait more than 4 hours in the emergency department by March 2024
Increase the share of patients with a completed VTE assessment from 72% to 95% by Q4 2023/24
To reduce Category 2 pressure ulcers on Willow Ward by 50%
Led by Quality Improvement Academy
Led by Barts Health with North East London partners
Led by Healthwatch Leeds and patients
Supported by Macmillan Cancer Support, led by Oncology
Submitted by Community Dental Services
Reviewed by Clinical Governance Committee
Completed by Ward Staff on Admission
Seen by Senior Decision Maker within 14 hours
Assessed by Frailty Team at the Front Door
Managed by Virtual Ward
Seen by Consultant Within 14 Hours
Seen by Urgent Care Centre
The nurse in charge calls the bleep holder
The lead nurse and the ward manager hold a huddle at 08:00
Consultant and registrar cover at weekends
Each patient has a named nurse
Named Consultant on the Whiteboard
Name of the lead on the board
Lead apron testing
Lead in drinking water
Lead Employer Trust
Lead Provider Collaborative
Lead Midwife for Diabetes
Lead Pharmacist for Antimicrobials
Lead: to be confirmed
Lead: TBC
Lead Consultant (vacant)
Lead - vacant post
Project lead left the trust
Contact us before 5 pm
Contact Lens Advice
Patient Group Directions
Patient Led Assessments of the Care Environment
Patient Reported Outcome Measures
Patient Controlled Analgesia
Patient Transport Delays
Patient Knows Best roll-out
Patient Information Leaflets in Urdu and Bengali
Patient Experience in Somali Women
Patient Stories at Board
Patient Blood Management
Patient Journey Mapping
Patient Activation Measure
Patient, Carer and Public Involvement
Patient: Right Place, Right Time
Patients with Parkinson's get their medicines on time
Red2Green Days
Golden Hour in Neonates
Golden Patient on Every List
Safe Steps
Stop the Pressure
Getting It Right First Time
End PJ Paralysis
Think Kidneys
Sepsis Six within One Hour
PReCePT: Magnesium for Preterm Babies
Saving Babies' Lives
Hello My Name Is
What Matters To You
Every Contact Counts
Making Every Contact Count
Making Every Contact Count: Smoking Cessation
Virtual Consultant Clinics in Kent
Rapid Access Chest Pain Clinic: Consultant Triage
Reducing Did Not Attend Rates in Paediatric Outpatients
Timely Insulin by District Nurse Teams
Parkinson's Nurse Specialist Review
The Rosie Maternity Triage
John Radcliffe Emergency Assessment Unit
James Cook University Hospital Consultant Rota
George Eliot Matron Dashboard
King's College Hospital
Guy's and St Thomas' Lead Nurse Group
Queen Elizabeth Hospital Ward Manager Days
Prince Charles Hospital: Patient Flow
Mr and Mrs Quiz for Dementia Awareness
Mr A's story
Mrs B was discharged without medicines
Miss rate of the screening test
Prof Development Days
Professor of Nursing
Patient Warming Before Caesarean
Patient Prehabilitation for Colorectal Surgery
Consultant Job Planning
Improving Consultant Sign Off in ED
Nurse Prescribing in Heart Failure
Nurse Rostering with Allocate Optima
Lead: Paediatric Ophthalmology
Lead: Southmead Theatres
Lead: Wessex Deanery
Contact: Infection Prevention
Contact Dermatitis in Theatre Staff
Reducing patient Falls on Elm Ward
patient Frailty Virtual Ward
led by Vascular Access
led by Trauma and Orthopaedics
led by Kidney Quality Improvement Partnership
Sister Nivedita Ward
Ward Manager: Oak Ward
Ward Manager Admin Days
Patient Mobility Champions
Midwife Sonographers
Doctor Foster
Registrar Cover for Obstetric Theatre
Pharmacist Independent Prescribers
Project Manager Cerner Millennium
Lead: Digital Transformation (EPIC)
Lead: ePMA Rollout
Manager: Lorenzo Upgrade
Facilitator: Life QI
Coach: QSIR Virtual
the patient Datix Reports
using patient Careflow Vitals
patient Attend Anywhere Clinics
patient Accurx Messages
consultant Microsoft Teams Triage
patient NEWS2 Escalation
Client Engagement with Talking Therapies
Lead Clinician Time for Hepatology
The lead Surrey Heartlands team
contact Sussex Partnership
Led by Somerset Foundation
Led by Oxleas
Led by Nottinghamshire Healthcare
Trainee Anaesthetist Logbooks
Partner Organisations Forum
Father Christmas Visits
Mother Tongue Leaflets
Father's Day on NICU
Son et Lumiere
Chair: Audit and Risk Committee
Champion Falls Practice
Dr Who Themed MRI Scanner
Mrs Tiggywinkle Playroom
Mr Potato Head Feeding Tool
Manager Once Weekly Ward Walk
GP Federations
GP Out Of Hours Handover
Consultant: Acute Medicine
Consultant - Respiratory Medicine
Physician Associate Supervision
Nurse: Patient Ratios
Patients Know Best
Author: Diabetes Specialist Nurses
Reduce consultant Clinic Overbooking
Improve patient Discharge Summaries
Owner: Sodexo
Supervisor Sign Off
Director Visits
Practitioner Psychologist Waits
Paramedic Pathfinder
Resident Covid Boosters
Lead: Isle of Wight
Lead: Guys and St Thomas
Lead: Black Country
Lead: Humber Coast
Lead: Bolton
Lead: Birmingham Women's
Lead: Mid Cheshire
Lead: Dudley Group
Lead: Frimley Health
Lead: Rowan Ward
Lead: Cedar House
Lead: Lime Tree Surgery
Lead: Albion Street Practice
Lead: Pilgrim Hospital
Lead: Harplands
Lead: Lister Treatment Centre
Lead: Northwick Park
Lead: Queens Romford
Lead: Kings Mill
Lead: Manor House
Lead: Hope Farm
Lead: Woodland Grange
Using the patient Perfect Ward app
Patient Perfect Ward Audit
Bedside consultant Board Rounds, nurse led
Reducing falls: our nurse Champions meet monthly
The GP Federation and lead PCN pharmacist
Clinical Lead for Paediatric Diabetes
Lead Optometrist: Glaucoma Monitoring
Lead clinician: Lung Pathway
Falls Collaborative, clinician feedback
Hot Clinic (consultant delivered)
Bluebell Ward, manager vacancy
Snowdrop Suite (midwife led)
Cedar Unit, consultant cover
Harrow Road, GP practice
Jubilee Line, staff shuttle, director approved
Team: Lead, Nurse, HCA
Contact Mersey Care
Contact: PALS Office
Contact: Telford Stoma Team
Nurse Vaccinators
Nurse Endoscopists Training
Consultant Geriatrician at the Front Door
Consultant Psychiatrists in A&E
Consultant Obstetric Presence
Resident Medication Reviews
Doctor Rapid Assessment and Treatment
Practitioner Triage
Trainee Led QI
Trainee Wellbeing Tuesdays
Matron Tea Trolley
Sister Supervisory Status
Manager Development
Carer Assessments
Patient Nutrition and Mealtimes
Patient Property
Patient Self Check In Kiosks
Patient Portal Uptake by Ethnicity
Patient Prioritisation Tool
Patient Pagers
Patient Pathway Coordinators
Patient Placement
Patient Advocacy
Patient Wristbands
Patient Whiteboards
Client Journey
Member Champions
Owner occupied homes and falls
Author feedback
Coach Education
Lead exposure in children
lead poisoning in Peterborough
lead Peterborough
by lead Integrated Discharge
the consultant Anaesthetists of Great Yarmouth
the patient Charter Mark
our patient Voices Project
Led by Ophthalmology
Led by Blackpool Teaching
Led by Calderdale and Huddersfield
Led by Moorfields
Led by Nottingham CityCare
Led by Virgin Care
Led by Serco
Led by Tees Esk
Led by Hampshire Hospitals
Run by Age UK
Run by Citizens Advice
Run by Mind
Run by Rethink Mental Illness
Reviewed by Pressure Ulcer Panel
Seen by Same Day Emergency Care
Managed by Hospital at Home
Dr Toolbox app
Dr iRefer
Dr Doctor text messages
DrDoctor rollout
Mrs Mop cleaning audit
Miss Universal Screening
""".splitlines()

PEOPLE = (
    "Jane Smith", "Anna Kowalska", "Tom O'Brien", "Priya Shah", "Mary Jones", "John Brown", "Kwabena Asante",
    "Siobh\u00e1n N\u00ed Dhomhnaill", "Chukwuemeka Eze", "Mohammed al Rashid", "Yetunde Adebayo-Williams",
    "Ludwig van der Berg", "Xiaoming Zhang", "Elisabetta Rossi", "Gurpreet Kaur Dhaliwal", "Bronwen Pugh",
)  # fmt: skip
AROUND = (
    "Dr {}", "Lead: {}", "Project lead - {}", "Contact: {} ext 1234", "discussed with patient {} yesterday",
    "led by {}", "Consultant: {}", "Seen by Prof. {} on the ward", "the lead nurse {} asked for it", "Mrs {}'s story",
)  # fmt: skip
PLANTED = [around.format(person) for around in AROUND for person in PEOPLE]
# forms and names of which some are out of reach: an unknown name after a role in capitals, or before "(lead)"
HARDER_PEOPLE = (
    "Rhiannon Blackwood", "Tunde Bakare", "Mei-Ling Chow", "Sanjeev Rao", "Gr\u00e1inne Kelleher", "Will Turner",
    "Ottoline Featherstone", "Hamza Yousaf", "Bogdan Ionescu", "Aoife McLoughlin", "Peter Nightingale", "Sarah Ward",
    "Michael Young", "Ngozi Umeh", "Elodie Dupont", "J. P. Mallick", "D Hargreaves", "Grace Hope",
)  # fmt: skip
HARDER_AROUND = (
    "Dr {}", "Clinical lead: {}", "Ward sister {}", "patient {} fell twice", "Submitted by {}", "{}, consultant",
    "Project sponsor \u2013 {}", "Please contact {} for details", "Nurse {}", "My husband {} waited", "{} (lead)",
    "Patient {} complained",
)  # fmt: skip
OTHERS = (
    "Dr Smith", "Dr. Okonkwo", "Dr.Patel", "DR JANE SMITH", "MR J SMITH", "Mrs J Patel", "Mr van der Berg",
    "Miss Ahmed", "Drs Smith and Jones", "consultant Dr A. N. Other", "Prof Fleming", "patient J. Brown",
    "Patient John Brown was late", "Sister Mary Jones", "Matron Jones", "contact Priya Shah",
    "Contact: KOWALSKA, Anna", "LEAD: ANNA KOWALSKA", "patient john smith", "patient Priya was unhappy",
    "Lead\nAnna Kowalska", "Lead(s): Anna Kowalska and Tom O'Brien", "contact is Priya Shah",
    "Jane Smith, project lead", "Tom O\u2019Brien (consultant)", "Anna Kowalska is the project lead",
    "Dr_Jane_Smith", "Dr\u00a0Jane\u00a0Smith", "Dr\u200b Jane Smith", "\uff24\uff52 Smith",
    "his daughter Mary Brown rang",
)  # fmt: skip
OUT_OF_REACH = ("Kwabena", "Jane Smith", "lead: anna wisniewska-bell", "asked Jane to help", "Patient Xiaoming Zhang")


def test_there_are_enough_texts_to_speak_of_precision_and_recall() -> None:
    assert len(set(ORDINARY)) >= 150
    assert len(set(PLANTED)) >= 100


def test_ordinary_words_of_improvement_work_are_not_held() -> None:
    assert {text: rules for text in ORDINARY if (rules := list(rules_hit(text)))} == {}


def test_planted_names_are_found() -> None:
    missed = [text for text in PLANTED if not has_name_near_role(text)]
    assert missed == []


def test_most_names_are_found_in_harder_forms_too() -> None:
    texts = [around.format(person) for around in HARDER_AROUND for person in HARDER_PEOPLE]
    found = [text for text in texts if has_name_near_role(text)]
    assert len(found) / len(texts) > 0.85


@pytest.mark.parametrize("text", OTHERS)
def test_names_are_found_in_many_spellings(text: str) -> None:
    assert "name_near_role" in list(rules_hit(text))


@pytest.mark.parametrize("text", ["Dr Smith and Partners", "Drs Khan & Patel", "Dr Jane Smith's Surgery"])
def test_the_name_of_a_practice_is_no_personal_name(text: str) -> None:
    assert list(rules_hit(text, "organisation")) == []
    assert list(rules_hit(text, "text")) == ["name_near_role"]


@pytest.mark.parametrize("text", OUT_OF_REACH)
def test_what_the_privacy_page_calls_out_of_reach_is_so(text: str) -> None:
    assert not has_name_near_role(text)
