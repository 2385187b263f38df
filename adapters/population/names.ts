import type { Bilingual } from './types.ts';

// Everyday names, written `Arabic|English`. Any likeness of a drawn combination to a living person is chance.
function names(list: string): readonly Bilingual[] {
  return list
    .trim()
    .split(/\s*,\s*/)
    .map((pair) => {
      const [ar = '', en = ''] = pair.split('|');
      return { ar, en };
    });
}

export const MALE_NAMES = names(`
  محمد|Mohammad, أحمد|Ahmad, محمود|Mahmoud, علي|Ali, عمر|Omar, خالد|Khaled, يوسف|Yousef, إبراهيم|Ibrahim,
  خليل|Khalil, سامر|Samer, سامي|Sami, رامي|Rami, زيد|Zaid, ليث|Laith, حمزة|Hamzeh, عبدالله|Abdullah,
  عبدالرحمن|Abdelrahman, طارق|Tareq, ماهر|Maher, نبيل|Nabil, فراس|Firas, باسم|Basem, وليد|Walid, جمال|Jamal,
  كمال|Kamal, حسن|Hasan, حسين|Hussein, مصطفى|Mustafa, إياد|Iyad, زياد|Ziad, مازن|Mazen, مروان|Marwan,
  عيسى|Issa, موسى|Musa, داود|Daoud, سليمان|Suleiman, صالح|Saleh, فادي|Fadi, جورج|George, حنا|Hanna,
  بشار|Bashar, عمار|Ammar, قيس|Qais, غيث|Ghaith, راشد|Rashed, فيصل|Faisal, نايف|Nayef, معاذ|Muath`);

export const FEMALE_NAMES = names(`
  فاطمة|Fatima, مريم|Mariam, سارة|Sarah, آمنة|Amneh, خديجة|Khadija, عائشة|Aisha, نور|Nour, هبة|Hiba,
  رنا|Rana, ريم|Reem, دينا|Dina, لينا|Lina, هدى|Huda, سمر|Samar, سحر|Sahar, منى|Muna, منال|Manal, إيمان|Iman,
  أسماء|Asma, رغد|Raghad, تالا|Tala, جنى|Jana, ليان|Layan, سلمى|Salma, رهف|Rahaf, شهد|Shahed, بتول|Batoul,
  ياسمين|Yasmin, سوسن|Sawsan, عبير|Abeer, غادة|Ghada, نسرين|Nisreen, رانيا|Rania, حنان|Hanan, وفاء|Wafa,
  سناء|Sana, نجوى|Najwa, ميساء|Maysa, لمى|Lama, دانا|Dana, فرح|Farah, زينة|Zeina, مها|Maha, أمل|Amal,
  عفاف|Afaf, نوال|Nawal, سعاد|Suad, رزان|Razan`);

// Names of crafts and of nature rather than of tribes, so that no real family's standing is touched.
export const FAMILY_NAMES = names(`
  النجار|Al-Najjar, الحداد|Al-Haddad, الخياط|Al-Khayyat, الصباغ|Al-Sabbagh, العطار|Al-Attar, اللحام|Al-Lahham,
  الخباز|Al-Khabbaz, البنا|Al-Banna, الحلاق|Al-Hallaq, القصاب|Al-Qassab, الدباغ|Al-Dabbagh, النحاس|Al-Nahhas,
  الصائغ|Al-Sayegh, الساعاتي|Al-Saati, الوراق|Al-Warraq, الخطاط|Al-Khattat, الطحان|Al-Tahhan, السقا|Al-Saqqa,
  الجمال|Al-Jammal, الفران|Al-Farran, الحطاب|Al-Hattab, الزيات|Al-Zayyat, القطان|Al-Qattan, الكيال|Al-Kayyal,
  السراج|Al-Sarraj, الرسام|Al-Rassam, الملاح|Al-Mallah, الصياد|Al-Sayyad, الفلاح|Al-Fallah, البستاني|Al-Bustani,
  الجنان|Al-Jannan, النحال|Al-Nahhal, البيطار|Al-Bitar, الكاتب|Al-Kateb, الحكيم|Al-Hakim, المعلم|Al-Muallem,
  الريحان|Al-Rayhan, الزيتون|Al-Zaytoun, السنديان|Al-Sindyan, الياسمين|Al-Yasmeen, الوادي|Al-Wadi, الغدير|Al-Ghadeer,
  السهل|Al-Sahl, النبع|Al-Naba, الشاهين|Al-Shaheen, الورد|Al-Ward, الهلال|Al-Hilal, النجم|Al-Najm`);
