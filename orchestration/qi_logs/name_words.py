"""The words by which a person's name is told from the other capitalised words of a QI register.

Belongs here: titles, roles, common names, and the words of clinics, organisations and places that are no names.
Does not: how they are used (names.py). The lists are general knowledge, of no register and no person.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    """Phrases of a text that puts semicolons between them."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(";"))


# written exactly so: 'MS' is multiple sclerosis, 'MR' magnetic resonance, 'DR' also diabetic retinopathy
TITLES = _words("Dr Drs DR Mr Mrs Ms Miss Mx Prof Professor Rev Reverend")
CAPITAL_TITLES = _words("MR MRS MS MISS PROF")

RELATIVES = _words("son daughter wife husband mother father carer brother mum dad grandson granddaughter partner")
STAFF = _words(
    """administrator anaesthetist cardiologist chaplain clinician consultant consultants dietitian director
    doctor f1 f2 fellow geriatrician gp manager matron midwife nurse nurses optometrist paediatrician paramedic
    pharmacist physician physiotherapist podiatrist practitioner psychiatrist psychologist radiographer
    radiologist receptionist registrar secretary sho sister sonographer surgeon therapist trainee"""
)
LABELLED = _words(
    """applicant auditor author authors chair champion client co-ordinator coach collaborator collaborators
    colleague complainant contact coordinator employee facilitator investigator lead leader leads manager member
    members mentor owner participant patient pi presenter resident sponsor submitter supervisor volunteer"""
)
ROLES = RELATIVES | STAFF | LABELLED
# 'led by', 'submitted by': the word before 'by' makes 'by' a role
DOERS = _words(
    """approved assessed audited authored collected completed coordinated entered examined facilitated led
    managed prepared presented registered reported reviewed run seen sponsored submitted supervised treated
    updated written"""
)
FILLERS = _words("is was are were called named name names aka")
ARTICLES = _words("the our a an is as was")
QUALIFIERS = _words(
    """audit clinical deputy executive improvement joint medical nurse nursing programme project qi quality
    senior service specialist team trust ward"""
)
# what may follow a name in a sentence without making it the name of a thing
MAY_FOLLOW = _words(
    """and as asked at bleep by email ext for from has in is of on or reported said saw tel to was who will with"""
)
# what persons do: after two unknown words in capitals, a sign that they are a name
PERSON_VERBS = _words(
    """agreed asked attended became began called came complained complains died fell felt found gave had has is needed
    needs refused rang reported reports returned said saw says takes told took waited waits wants was went will wrote"""
)
# two capitals that are no initials
ACRONYMS = _words(
    """AE AF AI AKI AN AS AT BP BY CD CF CT DO ED EU GI GO GP HF HR ID IF IN IR IS IT IV LD ME MH MI MR MS MY NG
    NO ON OR OT PA PE PR PT QI SO TB TO UK UP US UV VR WE XR"""
)
SURNAME_AFTER = _words("sister matron nurse midwife")

FIRST_NAMES = _words(
    """aaron abdul abdullah abigail abu adam adeola adrian agnes agnieszka ahmed aidan aisha alan alastair
    alejandro aleksandra alex alexander alice alicia alina alison alistair amanda amina amir amit amy ana andrea
    andreas andreea andrew andrzej andy angela angus anil anita anjali ann anna anne annette annie anthony
    antonio anya archie arjun asha ashley asif audrey ayesha barbara barry beata becky ben benjamin bernadette
    beth bethan bethany bianca bilal brenda brendan brian bridget bronwen bryan callum cameron carla carlos
    carol caroline carolyn catherine cathy catriona ceri chantelle charles charlie chinedu chioma chloe chris
    christina christine christopher ciara claire clare claudia colin connor craig cristina daniel danielle
    darren dave david dawid debbie deborah declan deepa deepak denise dennis derek diana diane dilip dimitri
    dinesh dmitri dominic donna dorothy douglas duncan dylan eileen elaine eleanor elena elif elisa ellen ellie
    emeka emily emma eoin eric erin esther ethan euan eva evan evelyn ewa faisal farah farhan fatima fatma fiona
    folake frances francesca francis freya gareth gary gavin gemma geoff geoffrey gerald geraldine gillian
    giovanni giulia glenn gordon graham greg gregory gurpreet gwen hamza hannah harpreet harriet harry harvey
    hasan hassan hayley helen helena henry hilary holly howard hugh hussain ian ibrahim ifeoma imran ingrid
    ioana irene isaac isabel isabella isla ismail ivan jacek jacob jacqueline jaime jake jakub james jamie jan
    jane janet janice jasmine jason jasper javier jayne jean jeff jeffrey jenna jennifer jenny jeremy jess
    jessica jill jim joan joanna joanne joe john jonathan jordan jorge jose joseph josephine josh joshua joyce
    juan judith julia julian julie justin kamal karen karim karl kasia katarzyna kate katherine kathleen kathryn
    kathy katie kavita kayleigh keith kelly ken kenneth kerry kevin khadija khalid kieran kim kiran kirsty
    klaudia krishna krzysztof kumar kwame kyle lakshmi laura lauren laurence layla leah leanne lee leila leo
    leon leonard leslie lewis liam lily linda lindsay lisa liz lorna lorraine louis louise lucas lucia lucy luis
    lukasz luke lydia lynn lynne maciej madeleine magdalena maggie mahmoud maja malcolm malgorzata mandy manjit
    manoj marcin marek margaret maria mariam marian marie marion mark marta martin martyn mary mateusz matthew
    maureen meera megan mehmet melanie melissa michael michal michelle miguel mike miriam mohamed mohammad
    mohammed moira molly monika morag muhammad mustafa nadia naomi natalia natalie natasha neha neil nia niall
    niamh nicholas nick nicola nicole nigel nikhil nina noor nora norman ola olga oliver olivia olu oluwaseun
    omar owen pablo pamela patricia patrick paul paula pauline pawel pedro peter phil philip philippa phillip
    phoebe piotr pooja prakash pratik preeti priya rachael rachel rafal rahul raj rajesh rajiv ranjit rashid
    ravi raymond rebecca rhian rhiannon rhys richard rita robert roberto roger rohan ronald rory rosalind rosie
    ross roy russell ruth ryan sabrina sadia sally salma sam samantha samina samir samira samuel sandeep sandra
    sanjay sara sarah scott sean sebastian sergio shabana shahid sharon shaun sheila shirley shona simon sinead
    siobhan sofia sonia sophia sophie stacey stanley stella stephanie stephen steve steven stewart stuart sunil
    sunita suresh susan susanna suzanne sven sylvia tahir tamara tanya tariq tatiana terence teresa terry
    theresa thomas tim timothy tina toby tom tomasz toni tony tracey tracy trevor uche ulrike una usman valerie
    vanessa vera veronica victor vijay vikram vincent vivek vivien wei wendy wiktoria yasmin yusuf yvonne zainab
    zara zoe zofia zuzanna"""
)
# first names that are also the names of hospitals, wards, places and programmes: they count only before a surname
FIRST_NAMES_OF_THINGS = _words(
    """albert alex alexandra alice anne arthur beatrice catherine charlotte diana edward elizabeth florence
    george grace jack james jan jasmine jean jess jordan kim lee leo lewis lily margaret mark martha mary noor
    ola oliver rosie ross sam scott stanley stella victor victoria"""
)
SURNAMES = _words(
    """adams ahmed akhtar ali allen anderson andrews armstrong asante atkinson bailey barnes begum bennett brown
    burke butler byrne campbell chapman choudhury clark clarke cohen collins cooper cox crawford davies davis
    dixon doherty doyle edwards elliott ellis evans fernandez fisher fitzgerald fletcher foster fraser gallagher
    garcia gibson graham griffiths hamilton harris harrison harvey henderson hughes hussain ibrahim iqbal islam
    jackson jenkins johnson johnston jones kaur kelly kennedy khalid khan kowalska kowalski kumar lewis lloyd
    macdonald mackenzie mahmood malik martin mason mcdonald mckenzie mensah miah mitchell mohamed moore morgan
    morris morrison murphy murray nguyen nowak nwosu o'brien o'connor o'neill o'sullivan okafor okonkwo osei
    owen owens palmer parker patel patterson perera phillips popescu powell quinn rahman reid reynolds richards
    richardson roberts robertson robinson rodriguez rogers ryan sandhu scott shah sharma shaw simpson singh
    smith stevens stewart sullivan taylor thomas thompson thomson turner wallace walsh watson williams
    williamson wilson wojcik wright"""
)
PARTICLES = _words("""al ap bin bint da de del den der di du el ibn la le ter ul ur van von""")
# words of clinics that are surnames after a first name, and first names that are so before a surname only
SURNAMES_OF_THINGS = _words(
    """bell best bird black box bridge case cross day field gold good green grange hall heath hill king light long mill
    mills nightingale page park power price short street vale ward white young"""
)
FIRST_NAMES_OF_WORDS = _words("art bill dawn grace hope joy mark may pat rob sue will")
# surnames that end as abstract nouns do
SURNAMES_IN_ING = _words(
    """browning bunting clement dowling downing fielding fleming gelling golding gosling harding harling
    hickling keating keeling manning pickering rawlings spalding sterling stirling wareing waring"""
)

# names of people that are names of hospitals, charities, programmes and reports
EPONYMS = _phrases(
    """marie curie; sue ryder; florence nightingale; john radcliffe; james paget; james cook; george eliot;
    william harvey; edith cavell; mary seacole; rosalind franklin; edward jenner; nye bevan; oliver mcgowan;
    robert jones; agnes hunt; queen mary; queen elizabeth; king edward; king george; prince philip; prince charles;
    terrence higgins; elizabeth garrett; margaret mcmillan; robert francis; donna ockenden; nelson mandela;
    alexandra palace; alexandra hospital; helen hamlyn; michael sobell; stephen lawrence; charlie waller;
    hannah murphy; martha mills; jess brady; harvey's gang; friends family; alder hey; michael garron; victoria park;
    barbara castle; aneurin bevan; betsi cadwaladr; hywel dda; cwm taf; don valley; duke elder"""
)

# what a clinic or an organisation is called, and the words of improvement: no name holds one of them
NO_NAME = _words(
    """a about above academy accelerator acceptable access accident accreditation accuracy accurx across act
    action active activity acuity acute adherence admin administration admission admissions adult adults advance
    advanced advice advocate after against age aged agenda aid aim aims alarm alarms alcohol alert alerts all
    allergy alliance allied allocate allocation alzheimer ambassador ambassadors ambulance ambulatory an
    anaesthesia anaesthetic analysis and annual antenatal antibiotic antibiotics anticipatory anticoagulation
    app appointment appointments appraisal apprentice apprenticeship approach approved apron area areas arm
    arrest arrival as assess assessed assessment assessments assist assistant association assurance asthma at
    attendance audit audits authority autism availability avoid avoidable award awareness babies baby back bank
    barrier barthel barts base based baseline bay bed beds bedside before behaviour being benefit best better
    between bike birth births bleep blood board body booking booklet boost booster borough both bowel box boy
    brain breach breast breastfeeding breathlessness bridge brief briefing bring bristol british bronchiolitis
    buddy budget build building bundle bundles bureau business by cafe cake calendar call caller calls campaign
    campus can cancellation cancellations cancer cannula capacity cardiac cardiology care cared careflow carers
    caring caseload cases cataract cathedral catheter centre centred centres cerner certificate chain challenge
    change changes charity chart charter charts check checklist checks chemotherapy chest child children choice
    choices christmas chronic circle civility class clerking clinic clinical clinics clock closed closure club
    coast code codes coding coffee cognitive cohort cold collaboration collaborative college combined comfort
    comments commission commissioning committee common communication communications community companion company
    compassion compassionate competence competencies competency complaint complaints complete completion complex
    compliance concern concerns confederation conference confidence congress connect connected consent
    consortium constipation consult consultation contacts content continence continuing continuity contraception
    contract control conversation conversations cooling coordination copd core corner cost costs cottage council
    counselling count country county course court cover covid creating criteria critical cross culture current
    customer cycle daily dashboard data database date datix day days deaf deanery death december decision
    decisions deconditioning decrease deep defibrillator delay delayed delays delirium deliver delivery dementia
    dental department departments dependency dependent depression deprivation dermatology design detection
    deteriorating deterioration development device devices diabetes diabetic diagnosis diagnostic diagnostics
    dialysis diary did digital dignity direct disabilities disability discharge discharges discussion disease
    dispensary disposal district diversion diversity division diwali do document documentation documents
    domestic door dose dosing double downtime draft drain dressing drive driven driver drop drug drugs duty
    early ease easter eating economy ed edmonton education effective efficiency efficient effort eid elderly
    elective electronic eligibility email embed embedding emergencies emergency emis emotional empathy
    empowering empowerment encounter end endoscopy energy engagement english enhanced enhancing environment epic
    epilepsy epma equal equality equipment equity error errors escalation escape essential estate estates
    evaluation evening event every everyone evidence examination excellence exchange executive exercise
    expectations experience expert extended external eye facilities facility facing faculty failure fall falls
    families family farm fast fasting fatigue february federation feedback feeding feet female fertility
    festival fever field filing film finance first fit fitness five flag flags flash flexible flow flu fluid
    fluids focus follow following food foot for form forms formulary forum forward foundation four fracture
    frailty framework free freedom friday friendly friends from front full function functional funding future
    gap gaps garden gardens gastroenterology gastrostomy gateway gather general genetic geriatric get getting
    girl give glasgow glucose go goal goals gold golden good governance governor grange great green grid group
    groups grove growing growth guardian guidance guide guideline guidelines guild guys gynaecology haematology
    hall hand handbook handover handovers hands happiness happy harm have head heading heads health healthcare
    healthier healthwatch healthy hear hearing heart heath heel held hello help her here high hip his hiv
    holding holistic home homeless homes hospice hospital hospitals hot hotline hour hours house housing how hub
    hubs huddle huddles human hydration hygiene hypertension hypoglycaemia icb ics icu idea ideas identification
    identified identify if imaging impact imperial implementation implementing improve improved improvement
    improvements improving in incident incidents inclusion inclusive increase increased increasing independence
    independent index indicator indicators individual induction inequalities inequality infection infections
    infirmary informatics information informed infusion initial initiated initiation initiative initiatives
    injection injury innovation innovations innovative inpatient inpatients input inquiry inspection inspired
    institute insulin integrated integration intelligence intensive interactive interface intermediate internal
    international interpreter interpreting intervention interventions interview into intranet investigation
    investigations involvement iron is isolation issues it item iv january job join joined joint journal journey
    journeys joy july junior just justice key keyworker kind kindness kit kitchen kite knowledge lab laboratory
    labour language laparoscopic laser last late law lead leaders leadership leaflet leaflets lean learn learner
    learning leave leaving led left leg legacy length less letter letters level levels liaison library life
    lifestyle light line lines link list listening lists live liver living local locality location locum lodge
    logistics loneliness long lorenzo loss low lower lunch lung macmillan magnet maintaining make making male
    management managing manor map mapping march mark-up market masterclass maternal maternity matter matters
    maximising me meal meals mealtime measure measurement measures mechanical medical medication medications
    medicine medicines meet meeting meetings memory men menopause mental menu merger message messages messaging
    messenger method methods metrics midwifery mile milestone mill mills mind mindful mindfulness ministry minor
    minute minutes mission mix mobile mobilisation mobility model modelling moment monday monitor monitoring
    monthly mop more morning mortality mouth mouthcare move movement moving multidisciplinary musculoskeletal
    music my name national navigation navigator near need needs neighbourhood neighbourhoods neonatal network
    networks neuro neurology new newborn news newsletter next nhs night nightingale no noise non north northern
    not notes notice notification november nursery nursing nutrition obesity observation observations obstetric
    obstetrics occupational october of office officer officers older on oncology one ongoing online only open
    operating operation operational operations opportunity optima optimisation optimised optimising options or
    oral order ordering orders organisation organisations orientation oriented orthogeriatric orthopaedic
    orthopaedics our out outcome outcomes outpatient outpatients outreach over oversight own owned oxygen pack
    package paediatric paediatrics pain palliative panel paper paperless paperwork parent parents parish parity
    park parkinson parkinsons part participation partners partnership partnerships party passport passports path
    pathology pathway pathways patients peer peers people percentage perform performance perinatal period
    peripheral person personal personalised perspective pharmacy phase phlebotomy phone photo physical
    physiotherapy picture pilot pit place plan planned planning plans playground playroom plus pneumonia point
    policies policy polyclinic population portal position positive post postnatal postoperative potato power
    practical practice practices pre pregnancy preoperative preparation prescribed prescriber prescribing
    prescription presentation pressure prevent preventing prevention primary priorities prioritisation priority
    prison privacy private pro proactive problem procedure procedures process processes procurement productive
    productivity profession professional professionals profile proforma programme programmes progress project
    projects promise promoting promotion property protected protection protocol protocols provider providers
    provision psychiatry psychological psychology public puddle pulmonary pulse purple purpose qi qip qsir
    quality queen queens queue quick quiet quit quiz race radiology raising ramadan rapid rapidly rate rates
    ratio reach reaching ready recall receiving recognise recognition reconciliation record recording records
    recovery recruitment red redesign redesigning reduce reduced reducing reduction referral referrals
    reflection reform refurbishment refusal regional register registers registry rehab rehabilitation relations
    relationship relationships release released reliable relief relocation reminder reminders remote renal
    repeat replacement report reported reporting reports requesting requests rescue research resilience resource
    resources respect respiratory respite responder response responsibility responsive rest restraint results
    resuscitation retention return reusable review reviews revised rheumatology right rights risk risks road
    rockwood role roles rollout romford room rooms rota rotas rotation round rounding rounds route routine royal
    rule run rural safe safeguarding safely safer safest safety saint sample samples satisfaction saturday save
    saving say scale scan scanner scanning scans scheduling scheme school schools schwartz science score
    scorecard scores screen screening seacole seat second section secure seeing seen self senior sensory sepsis
    september serious service services session sessions set setting seven sexual shadowing shape shared sharing
    sheet sheets shift shifts shine shop short shortage side sight sign signage signed signs silver simple
    simulation single site sites situation six sixty skill skills skin sleep slips smart smear smile smoke
    smoking sms social society software south southern space speak speaking specialist specialists specialities
    speciality specialty specific specific-level speech spiritual spot square st staff staffing stage standard
    standardised standards star start state station status stay step steps steroid stewardship stigma stock
    stockport stoma stop stopping stories story stranded strategic strategy streaming street strength stress
    stroke strong structure structured student students study sub success suicide suite summary summit sunday
    support supported supporting surgery surgical surveillance survey surveys sustainability sustainable swab
    swallow sweep system systems systmone table tag take taking talk talking target targeted task tea team teams
    technology tele telehealth telephone template ten tender test testing tests text text-message that the
    theatre theatres their them themed theming therapies therapy there these think third this three thrombosis
    through throughput thursday tiggywinkle time timeliness timely times to tobacco today together toilet too
    tool toolbox toolkit tools top total touch toward towards town tracer tracheostomy tracing tracker tracking
    training transfer transfers transformation transforming transfusion transition transitions transport trauma
    travel treat treatment treatments tree triage trial triangle triggered trip trolley trust trusted trusts
    tube tuesday turnaround tv twilight two ulcer ulcers ultrasound unit units universal university unplanned
    unscheduled unwell up update upgrade upper uptake urgent urinary urology use user users using utilisation
    vaccination vaccine vaccines vale valley value values vascular vein venous version vessel video village
    virtual vision visit visiting visitor visits visual vital vitals voice voices voluntary vte vulnerable wait
    waiting waits wales walk walking walkround wall want ward wards warming was waste watch water waterlow way
    ways we wednesday week weekend weekly weight welcome welfare well wellbeing wellness west western what
    wheelchair when where which whiteboard who whole why will winter with within without women work workbook
    worker workers workflow workforce working workload workshop workshops world worry wound wounds wristband
    writing wrong year years yellow yoga you young your youth zero zone"""
)
# places stand first in the names of trusts; a surname may be one too, so only the first word is judged by them
PLACES = _words(
    """addenbrookes airedale ashford aylesbury barking barnet barnsley basildon basingstoke bath bedford
    bedfordshire berkshire birmingham blackburn blackpool bolton bradford brighton broadmoor broomfield
    buckinghamshire burnley burton bury calderdale cambridge cambridgeshire camden carlisle central charing
    chelsea cheltenham cheshire chester chesterfield chichester colchester cornwall coventry crawley croydon
    cumbria darlington dartford derby derbyshire devon doncaster dorchester dorset dudley durham ealing east
    eastbourne eastern enfield epsom essex evelina exeter gateshead gloucester gloucestershire grantham greater
    greenwich grimsby hackney halifax hampshire haringey harlow harrogate harrow hartlepool hastings havering
    hereford herefordshire hertford hertfordshire hillingdon hinchingbrooke homerton hounslow huddersfield hull
    huntingdon ipswich isle islington kent kettering kings kingston lambeth lancashire lancaster leeds leicester
    leicestershire lewisham lincoln lincolnshire liverpool london luton maidstone manchester marsden maudsley
    medway mersey merseyside merton mid middlesex milton moorfields newcastle newham norfolk northampton
    northamptonshire northumberland northumbria norwich nottingham nottinghamshire oldham oxford oxfordshire
    papworth pennine peterborough plymouth poole portsmouth preston rampton reading redbridge redditch richmond
    rochdale rotherham salford salisbury sandwell scarborough scunthorpe sheffield shrewsbury shropshire slough
    solihull somerset southampton southend southport southwark springfield stafford staffordshire stevenage
    stoke suffolk sunderland surrey sussex sutton swindon tameside taunton tavistock tees teesside telford
    thames torbay tower tyne wakefield walsall waltham wandsworth warrington warwick warwickshire watford whipps
    whittington wigan wiltshire wirral wolverhampton worcester worcestershire worthing wrightington yeovil york
    yorkshire"""
)
# endings of abstract nouns and adjectives, in words of seven letters and more
NO_NAME_ENDINGS = (
    "ing",
    "tion",
    "sion",
    "ment",
    "ness",
    "ity",
    "ship",
    "ology",
    "ated",
    "ised",
    "ized",
    "ances",
    "ences",
)
