"""Invented QI projects with the equity classification that a reader gives them; none of them was ever registered.

Belongs here: short titles and aims as registers have them, labelled in every field that they say something about. Does
not: the rules. WRITTEN_WITH_THE_RULES stood beside the rules while they were written; HELD_BACK was written and
labelled afterwards, and no rule was changed for it.
"""

from typing import NamedTuple

FIELDS = {
    "mode": "equity_mode",
    "to": "targeting",
    "group": "target_groups",
    "area": "core20plus5_area",
    "stream": "stream",
    "agency": "agency_demand",
    "digital": "digital_dependency",
    "paid": "incentive_or_target_driven",
    "baseline": "disaggregated_baseline",
    "monitoring": "disaggregated_monitoring",
    "patients": "patient_involvement",
    "diverse": "diverse_involvement",
    "means": "equity_resourced",
    "cluster": "cmoc_clusters",
}
WORDS = {
    "lens": "equity_lens_in_existing_qi",
    "group_project": "targeted_disadvantaged_group",
    "programme": "qi_within_inequality_programme",
    "proportionate": "proportionate_universal",
    "language": "ethnicity_culture_language",
    "cancer": "cancer_early_diagnosis",
    "poor": "socioeconomic_status",
    "plus": "plus_group",
    "gender": "gender_sex",
    "orientation": "sexual_orientation",
    "ties": "social_capital",
    "other": "other_context",
    "materials": "accessible_materials",
    "time": "protected_time",
    "values": "values_understanding",
}
DOWN = "stream:downstream"
GROUP = "mode:group_project to:targeted"


class Example(NamedTuple):
    """One invented project; ``labels`` are field and word in the short forms above."""

    title: str
    aim: str
    labels: str

    @property
    def expected(self) -> frozenset[tuple[str, str]]:
        """Pairs of field and value that a reader gives the project."""
        pairs = (label.split(":") for label in self.labels.split())
        return frozenset((FIELDS[field], WORDS.get(word, word)) for field, word in pairs)


WRITTEN_WITH_THE_RULES = (
    # groups and areas
    Example(
        "Annual health checks for people with a learning disability",
        "To raise uptake from 48% to 70% by March",
        f"{GROUP} group:disability {DOWN}",
    ),
    Example(
        "Hospital passports on the acute ward",
        "To have a passport in the notes of every patient with autism by July",
        f"{GROUP} group:disability {DOWN}",
    ),
    Example(
        "Cervical screening in our most deprived neighbourhoods",
        "Increase smear uptake among women from deprived areas by offering evening and weekend appointments",
        f"{GROUP} group:core20 area:cancer {DOWN} cluster:resources",
    ),
    Example(
        "Rough sleepers and hepatitis C",
        "To offer testing to homeless people in two day centres using an outreach van",
        f"{GROUP} group:plus cluster:resources",
    ),
    Example(
        "Registering refugees",
        "All five practices to register asylum seekers without proof of address",
        f"{GROUP} group:plus group:language",
    ),
    Example(
        "Continuity of carer",
        "To provide continuity of carer for Black and Asian women, who have poorer outcomes",
        f"{GROUP} group:language area:maternity baseline:yes",
    ),
    Example(
        "Induction of labour delays",
        "Reduce the time from decision to induction of labour to under 12 hours",
        "area:maternity",
    ),
    Example(
        "Physical health of people with severe mental illness",
        "To complete annual physical health checks in 75% of patients with SMI",
        f"area:smi {DOWN}",
    ),
    Example(
        "Clozapine clinic monitoring",
        "To ensure all clozapine patients have monthly blood tests",
        f"area:smi {DOWN} to:universal",
    ),
    Example(
        "COPD discharge bundle",
        "To deliver the COPD discharge bundle to 90% of patients",
        f"area:respiratory {DOWN} agency:low",
    ),
    Example(
        "Pulmonary rehabilitation completion",
        "To improve completion of pulmonary rehabilitation in rural patients with COPD",
        f"area:respiratory {DOWN} group:place",
    ),
    Example(
        "Finding undiagnosed hypertension",
        "Blood pressure checks in mosques and barbershops to find high blood pressure early",
        f"area:hypertension group:religion {DOWN}",
    ),
    Example(
        "Home BP monitoring",
        "Patients asked to measure at home with a loaned monitor; hypertension control to rise to 80%",
        f"area:hypertension agency:high {DOWN}",
    ),
    Example(
        "Lung health checks",
        "To increase attendance at lung health checks among routine and manual workers",
        f"area:cancer group:occupation {DOWN}",
    ),
    Example(
        "Two week wait referrals for breast cancer",
        "To meet the two week wait standard",
        f"area:cancer paid:yes {DOWN}",
    ),
    Example(
        "Bowel screening for Bangladeshi communities",
        "Co-produced invitation videos in Bengali",
        f"{GROUP} group:language area:cancer {DOWN} patients:partners agency:medium cluster:design means:materials",
    ),
    Example(
        "Trans patients and cervical screening",
        "To make sure trans men are invited",
        f"{GROUP} group:gender area:cancer {DOWN}",
    ),
    Example(
        "LGBT+ inclusion in the sexual health clinic",
        "To record sexual orientation for 90% of attenders",
        f"group:orientation {DOWN}",
    ),
    Example(
        "Veterans aware practice",
        "To code veterans in the record and offer them referral to Op Courage",
        f"group:occupation {DOWN}",
    ),
    Example(
        "Looked after children's health assessments",
        "Initial health assessments for looked after children within 20 working days",
        f"{GROUP} group:other group:age",
    ),
    Example(
        "Loneliness in older people",
        "Telephone befriending for lonely older adults living alone",
        "group:age group:ties",
    ),
    Example(
        "Teenagers with diabetes", "To lower the DNA rate of adolescents in the transition clinic", f"group:age {DOWN}"
    ),
    Example("Ramadan and diabetes", "Medication review before Ramadan for Muslim patients", f"group:religion {DOWN}"),
    Example(
        "Deaf patients in the emergency department",
        "British Sign Language interpreters available within 30 minutes for deaf patients",
        f"{GROUP} group:disability {DOWN} means:materials cluster:resources",
    ),
    Example(
        "Health literacy friendly letters",
        "To rewrite clinic letters in plain English with a reading age of 11",
        f"group:education {DOWN} means:materials",
    ),
    Example(
        "Poverty proofing the diabetes clinic",
        "To refund travel costs so that families on a low income can attend",
        f"{GROUP} group:poor stream:midstream cluster:resources",
    ),
    Example("Carers' passport", "To identify unpaid carers on admission", f"{GROUP} group:other {DOWN}"),
    Example(
        "Prison healthcare vaccination",
        "Hepatitis B vaccination for people in prison to reach 80%",
        f"{GROUP} group:plus {DOWN}",
    ),
    Example(
        "Young carers in mental health services",
        "To ask every patient whether a young carer lives at home",
        "group:other group:age to:universal",
    ),
    Example(
        "Gypsy, Roma and Traveller immunisation",
        "MMR uptake in traveller communities through a trusted health visitor",
        f"{GROUP} group:plus group:language {DOWN}",
    ),
    # equity as a lens, a programme, a target of need
    Example(
        "Closing the gap in outpatient attendance",
        "To narrow the gap between most and least deprived quintiles in missed appointments",
        f"mode:lens group:core20 baseline:yes {DOWN}",
    ),
    Example(
        "Waiting list review",
        "Waiting list stratified by ethnicity and deprivation to find inequalities in waits",
        f"mode:lens {DOWN} monitoring:yes cluster:data",
    ),
    Example(
        "Core20PLUS5 connectors",
        "As part of the Core20PLUS5 programme, connectors take blood pressure checks to deprived communities",
        "mode:programme to:targeted group:core20 area:hypertension stream:downstream",
    ),
    Example(
        "Health inequalities programme: asthma",
        "Spirometry in the community for children",
        "mode:programme group:age stream:downstream",
    ),
    Example(
        "Universal offer with extra support",
        "Breastfeeding support for all mothers with extra visits for those in the most deprived areas",
        "to:proportionate group:core20",
    ),
    Example(
        "Health visiting in proportion to need", "Home visits in proportion to need", "to:proportionate agency:low"
    ),
    Example(
        "Equality impact assessment of virtual wards",
        "To complete an equality impact assessment before the virtual ward opens",
        "mode:lens digital:required stream:downstream",
    ),
    Example(
        "Reducing health inequalities in diabetes care",
        "Three treatment targets for all patients, monitored by ethnicity and deprivation",
        f"mode:lens to:universal monitoring:yes cluster:data {DOWN}",
    ),
    # stream
    Example(
        "Welfare advice on the ward",
        "Citizens Advice worker on the oncology ward to help patients claim benefits",
        "stream:midstream",
    ),
    Example(
        "Social prescribing for frequent attenders",
        "Link worker to see people who attend the emergency department more than ten times a year",
        "stream:midstream cluster:resources",
    ),
    Example(
        "Anchor institution recruitment",
        "To recruit local people from our most deprived wards into band 2 posts",
        "stream:upstream group:core20 mode:group_project to:targeted",
    ),
    Example(
        "Clean air around the hospital",
        "To cut idling ambulances and so improve air quality for nearby schools",
        "stream:upstream",
    ),
    Example(
        "Housing conditions and childhood asthma",
        "To refer families with damp homes for housing support",
        "stream:upstream group:age",
    ),
    # agency, digital
    Example(
        "Opt-out HIV testing in the ED",
        "Opt-out testing for all adults who have bloods taken",
        f"to:universal agency:low {DOWN} cluster:design",
    ),
    Example(
        "VTE assessment",
        "To complete VTE assessment within 14 hours for all patients on ward 9 using a ward round checklist",
        f"to:universal agency:low {DOWN}",
    ),
    Example(
        "Sepsis six bundle", "Antibiotics within one hour in 90% of patients with red flag sepsis", f"agency:low {DOWN}"
    ),
    Example(
        "Leaflets for patients going home with a catheter",
        "A patient information leaflet at discharge",
        f"agency:high {DOWN}",
    ),
    Example("Self-referral to physiotherapy", "To open self-referral for back pain", f"agency:high {DOWN}"),
    Example(
        "Patient portal sign-up", "70% of outpatients to view letters in the patient portal", f"digital:required {DOWN}"
    ),
    Example(
        "Text message reminders",
        "To cut missed appointments with a text reminder two days before",
        f"digital:required agency:medium {DOWN}",
    ),
    Example(
        "Reminders by text or letter",
        "Patients choose a text message or letter as their reminder",
        "digital:optional agency:medium",
    ),
    Example("Diabetes app", "Patients encouraged to use an app to log glucose", f"agency:high digital:required {DOWN}"),
    Example(
        "Video consultations", "Offer a choice of telephone, face to face or video consultation", "digital:optional"
    ),
    Example(
        "Online booking of smear tests",
        "To let women book online for cervical screening",
        f"digital:required agency:high area:cancer {DOWN}",
    ),
    Example(
        "Reducing digital exclusion in talking therapies",
        "Paper copies and telephone sessions for people who are digitally excluded",
        f"digital:optional cluster:design {DOWN}",
    ),
    Example("Remote monitoring of heart failure", "To set up remote monitoring with a wearable", "digital:required"),
    Example("Non-digital pathway", "Advice line with no smartphone or internet needed", "digital:none"),
    Example(
        "Automatic repeat dispensing",
        "To move 30% of repeat prescriptions to automatic dispensing by default",
        f"agency:low {DOWN}",
    ),
    Example(
        "Antenatal education sessions",
        "To encourage women to attend antenatal classes by poster and website",
        f"agency:high area:maternity digital:required {DOWN}",
    ),
    Example("Induction app for doctors", "An app for junior doctors with the rota and guidelines", ""),
    Example("E-learning on falls", "Online training for nurses on falls assessment", DOWN),
    Example("Virtual MDT", "To hold the cancer MDT online", ""),
    Example(
        "Staff awareness posters", "Posters in the doctors' office to remind staff of the antibiotic guideline", DOWN
    ),
    Example(
        "Reminder sticker for drug charts",
        "A sticker on the drug chart so that VTE prophylaxis is not missed",
        f"agency:low {DOWN}",
    ),
    # incentives
    Example(
        "CQUIN for frailty",
        "To reach the CQUIN of 30% of frail patients screened in the emergency department",
        f"paid:yes {DOWN}",
    ),
    Example("Four-hour target", "To improve performance against the four hour standard in minors", "paid:yes"),
    Example(
        "QOF diabetes indicators",
        "To reach QOF thresholds by calling patients with an overdue review",
        f"paid:yes {DOWN}",
    ),
    Example("Outpatient waits", "To meet the 18 week standard in gynaecology", f"paid:yes {DOWN}"),
    Example("Cancer waits", "75% faster diagnosis standard in colorectal referrals", f"paid:yes area:cancer {DOWN}"),
    Example("Target INR in warfarin patients", "To document the target INR on the chart", ""),
    Example("Oxygen prescribing", "To document target saturation for all patients on oxygen", f"to:universal {DOWN}"),
    # data by group
    Example(
        "Pain relief after caesarean",
        "Baseline audit by ethnicity showed that Black women wait longer for analgesia",
        f"area:maternity {DOWN} baseline:yes group:language cluster:data",
    ),
    Example(
        "Diabetic eye screening",
        "Uptake is lower among people in the most deprived quintile",
        f"{DOWN} baseline:yes group:core20 mode:group_project to:targeted",
    ),
    Example(
        "Run chart by deprivation",
        "Monthly run chart by deprivation quintile of missed appointments",
        f"monitoring:yes cluster:data {DOWN}",
    ),
    Example(
        "Better ethnicity recording",
        "Ethnicity was not recorded for 31% of inpatients; aim 95% complete",
        f"baseline:no cluster:data {DOWN}",
    ),
    Example("Inequalities dashboard", "A dashboard of waits by ethnicity and sex", "monitoring:yes cluster:data"),
    Example(
        "Interpreter needs",
        "Record language and interpreter need at booking for all pregnant women",
        "group:language area:maternity to:universal means:materials cluster:resources",
    ),
    # involvement and means
    Example(
        "Redesign of the pain clinic",
        "Experience-based co-design with patients and carers",
        f"patients:partners cluster:design {DOWN}",
    ),
    Example(
        "Night noise", "A patient survey found noise at night; we will fit soft closing bins", "patients:consulted"
    ),
    Example("Ward food", "Improve Friends and Family Test scores for food", f"patients:consulted {DOWN}"),
    Example(
        "Discharge letters",
        "Coproduced template; an expert by experience sits in the project team",
        f"patients:partners cluster:design {DOWN}",
    ),
    Example(
        "Handover",
        "There was no patient involvement in this project on nursing handover",
        f"patients:none agency:low {DOWN}",
    ),
    Example(
        "Vaccine confidence",
        "Community champions and faith leaders host drop-in vaccination sessions",
        f"diverse:yes group:religion {DOWN}",
    ),
    Example(
        "Protected time for equity leads",
        "Backfill gives each clinic lead protected time for work on inequalities",
        f"means:time cluster:resources {DOWN}",
    ),
    Example(
        "Consent forms in other languages",
        "Translated consent forms and interpreters for non-English speaking patients before surgery",
        f"{GROUP} group:language means:materials cluster:resources {DOWN}",
    ),
    Example(
        "Easy read appointment letters",
        "Easy read letters for people with learning disabilities",
        f"{GROUP} group:disability means:materials cluster:design {DOWN}",
    ),
    Example(
        "Cultural competence training", "Cultural competence training for midwives", "cluster:values area:maternity"
    ),
    Example(
        "Anti-racism in mental health",
        "Anti-racist practice training to reduce detentions of Black African and Caribbean men",
        f"cluster:values group:language {GROUP}",
    ),
    Example(
        "Health inequalities funding for outreach",
        "Use health inequalities funding to run a mobile clinic in coastal towns",
        f"means:funding cluster:resources group:place {DOWN} mode:lens",
    ),
    # false friends
    Example("DoLS paperwork", "Deprivation of Liberty Safeguards forms complete within 7 days", ""),
    Example("Sleep on intensive care", "Fewer sleep-deprived patients by clustering care at night", DOWN),
    Example("Easy read across of results", "A table that allows easy read across from old to new units", ""),
    Example("Audit plan", "For criteria see app. 2 and app. 3", ""),
    Example("Race against time: thrombectomy", "Door to groin time under 60 minutes", ""),
    Example("Age of blood products", "To reduce wastage by checking the age of blood in the fridge", ""),
    Example("Male catheter insertion", "To improve documentation of male catheterisation", DOWN),
    Example("Core 20 minutes", "Teach the core 20 minute ultrasound assessment", ""),
    Example("Interpreter of ECGs", "To name the interpreter of ECG recordings in the notes", DOWN),
    Example("Respirator fit testing", "All staff fit tested for FFP3 masks", ""),
    Example("Portal hypertension", "Carvedilol for portal hypertension in cirrhosis", DOWN),
    Example("Bipolar diathermy", "To reduce burns from bipolar diathermy in theatre", DOWN),
    Example("Targeted therapy in melanoma", "Turnaround of gene tests for targeted therapy", DOWN),
    Example("Risk stratification", "Patients risk stratified by age and troponin in chest pain", DOWN),
    Example("Black boxes", "Black boxes on the observation chart to be completed", DOWN),
    Example("Translating evidence", "Translation of research into practice in stroke care", DOWN),
    Example("Not targeted", "The clinic is not targeted at any group", DOWN),
    Example("No app", "Care at home without an app or website", ""),
    Example("Pregnancy testing before theatre", "Pregnancy test documented before surgery in 100% of cases", DOWN),
    Example("Prison officers' escorts", "Fewer cancelled clinics because prison officers are late", DOWN),
)

HELD_BACK = (
    Example(
        "Improving flu vaccine uptake in COPD",
        "To vaccinate 85% of patients with COPD by December using phone calls from the practice nurse",
        f"area:respiratory {DOWN}",
    ),
    Example(
        "Learning disability liaison in outpatients",
        "Longer appointments and reasonable adjustments for people with learning disabilities",
        f"{GROUP} group:disability {DOWN} cluster:resources cluster:design",
    ),
    Example(
        "Getting ready for surgery",
        "An online prehabilitation class for patients on the waiting list",
        f"digital:required {DOWN}",
    ),
    Example(
        "Stop smoking in pregnancy",
        "Carbon monoxide test offered to all pregnant women at booking with automatic referral unless they opt out",
        f"area:maternity to:universal agency:low {DOWN}",
    ),
    Example(
        "Neonatal admission temperature", "95% of babies admitted with a temperature above 36.5", f"group:age {DOWN}"
    ),
    Example("Reducing falls on Elm ward", "Reduce falls by 20% through a bedside checklist", f"agency:low {DOWN}"),
    Example(
        "Missed appointments in South Asian patients with diabetes",
        "Reduce DNAs from 22% to 12% with phone reminders in Urdu and Punjabi",
        f"{GROUP} group:language agency:medium means:materials {DOWN}",
    ),
    Example(
        "Antipsychotic monitoring in psychosis",
        "Annual ECG and bloods for all patients with schizophrenia",
        f"area:smi to:universal {DOWN}",
    ),
    Example("Timely discharge", "Discharge before noon from 18% to 33%", DOWN),
    Example(
        "Ambulance handovers", "All ambulance handovers under 30 minutes to meet the national standard", "paid:yes"
    ),
    Example(
        "Peer-led support for migrants",
        "Peer-led sessions by women with lived experience of seeking asylum",
        "patients:partners diverse:yes group:language cluster:design mode:group_project to:targeted",
    ),
    Example(
        "Antibiotic review at 48 hours", "To document a review by 48 hours in 90% of drug charts", f"agency:low {DOWN}"
    ),
    Example(
        "Dental access for homeless people",
        "A drop-in dental clinic at the night shelter, with funding from the council",
        f"{GROUP} group:plus means:funding cluster:resources {DOWN}",
    ),
    Example(
        "Equity in theatre lists",
        "To compare waits for hip replacement by deprivation and ethnicity each month",
        f"mode:lens monitoring:yes cluster:data {DOWN}",
    ),
    Example(
        "Cardiac rehab for women",
        "Women are less likely than men to take up cardiac rehab: redesign with patients",
        f"group:gender baseline:yes {DOWN}",
    ),
    Example("Delirium screening", "4AT for every patient over 65 on admission", f"to:universal group:age {DOWN}"),
    Example(
        "Vaccination in the orthodox Jewish community",
        "Work with rabbis and community leaders to raise MMR uptake",
        f"group:religion diverse:yes {DOWN}",
    ),
    Example(
        "Medication errors on transfer",
        "Medicines reconciliation within 24 hours for all admissions",
        f"to:universal agency:low {DOWN}",
    ),
    Example(
        "Letters patients understand",
        "Clinic letters addressed to patients, tested with a patient focus group",
        f"patients:consulted {DOWN}",
    ),
    Example(
        "Supporting self-care of eczema", "Written action plans so that parents can treat flares", f"agency:high {DOWN}"
    ),
    Example(
        "Prostate cancer awareness among Black men",
        "Barbershop talks and a community champion to raise earlier diagnosis",
        f"{GROUP} group:language area:cancer agency:high diverse:yes {DOWN}",
    ),
    Example("Hypertension in pregnancy", "Aspirin prescribed by 12 weeks", f"area:maternity {DOWN}"),
    Example(
        "Blood pressure in over 40s",
        "Pharmacy checks for hypertension in deprived wards",
        f"{GROUP} group:core20 area:hypertension {DOWN}",
    ),
    Example(
        "Debt advice in the cancer centre",
        "Money advice session for every newly diagnosed patient",
        "stream:midstream to:universal",
    ),
    Example(
        "Electronic consent", "To move consent for endoscopy to a tablet, paper copies kept", f"digital:optional {DOWN}"
    ),
    Example(
        "Autism friendly waiting room",
        "Co-designed with autistic patients and their families",
        f"{GROUP} group:disability patients:partners diverse:yes cluster:design",
    ),
    Example("Length of stay in COPD", "Cut length of stay from 5.2 to 4.5 days", f"area:respiratory {DOWN}"),
    Example("Violence reduction", "Fewer assaults on staff on the forensic ward", DOWN),
    Example("Recording protected characteristics", "Increase completeness of ethnicity data to 95%", "cluster:data"),
    Example("Staff wellbeing", "A quiet room for night shift nurses", ""),
    Example(
        "Care leavers and mental health",
        "Direct referral route for care leavers aged 18 to 25",
        f"{GROUP} group:other group:age {DOWN}",
    ),
    Example(
        "Sickle cell pain",
        "Analgesia within 30 minutes for patients in crisis, who are mostly Black patients and wait longer",
        f"group:language baseline:yes {DOWN}",
    ),
    Example(
        "Rapid diagnostic clinic",
        "To shorten suspected cancer referral to diagnosis below 28 days",
        f"area:cancer {DOWN}",
    ),
    Example("PPH bundle", "Postpartum haemorrhage bundle in all births", "area:maternity agency:low to:universal"),
    Example(
        "Perineal tear information", "Leaflet and QR code given on discharge", f"agency:high digital:required {DOWN}"
    ),
    Example("Talking therapies for older adults", "Increase referrals of people over 65 by GPs", f"group:age {DOWN}"),
    Example("Hand hygiene audit", "Compliance above 90% in all wards", f"agency:low {DOWN}"),
    Example(
        "Hearing loops",
        "Every reception to have a working loop for people with hearing loss",
        f"{GROUP} group:disability",
    ),
    Example(
        "Eating well on dialysis", "Culturally tailored diet sheets", "group:language cluster:design means:materials"
    ),
    Example(
        "Warm homes referral",
        "Respiratory nurses refer patients in fuel poverty to the council's housing officer",
        "group:poor stream:midstream",
    ),
    Example(
        "Reducing inappropriate troponin tests",
        "Fewer troponin tests in the ED by an electronic alert",
        f"agency:low {DOWN}",
    ),
    Example(
        "Patient initiated follow-up",
        "5% of rheumatology outpatients on a patient initiated pathway",
        f"agency:high {DOWN}",
    ),
    Example(
        "Young people's asthma",
        "Inhaler technique teaching for children and young people in school",
        f"group:age {DOWN}",
    ),
    Example("Bed deprivation of oxygen", "Ensure cylinder checks each shift", ""),
    Example("Imaging turnaround", "Report CT within one hour", ""),
)
